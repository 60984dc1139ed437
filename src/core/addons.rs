//! Add-ons: https://uploadcare.com/api-refs/rest-api/v0.7.0/#tag/Add-Ons

use super::client::Client;
use super::error::{Error, Result};
use super::http::{Answer, Body, Method, Request};
use super::id;
use super::jobs::{Job, Work, is_addon_name};
use super::json::check_given_object;
use super::memory;

impl Client {
    /// `POST /addons/{addon}/execute/`
    pub fn addon_run(&self, addon: &str, uuid: &str, params_json: Option<&str>) -> Result<Job> {
        if !is_addon_name(addon) {
            return Err(Error::argument(
                "addon is not the name of an add-on, such as uc_clamav_virus_scan: lower-case letters, digits and _",
            ));
        }
        let uuid = id::uuid(uuid, "uuid")?;
        let params = params_json.unwrap_or("{}");
        check_given_object("params_json", params, r#"{"purge_infected":true}"#)?;
        let target = self.http.settings.base.target(&format!("/addons/{addon}/execute/"));
        let body = memory::concat(&[r#"{"target":""#, uuid, r#"","params":"#, params, "}"])?;
        let request =
            Request { body: Body::Json(&body), waits_its_turn: true, ..Request::new(Method::POST, &target) };
        self.http
            .send(&request, |answer: &mut Answer| {
                let request_id = answer.read(|reader| reader.field("request_id", |reader| reader.text()))?;
                if !id::is_uuid(&request_id) {
                    return Err(Error::protocol("the answer's request_id is not a UUID").into());
                }
                let mut job = Job::new(&self.http, Work::Addon { name: addon.to_owned(), request_id });
                job.json = Some(std::mem::take(&mut answer.body));
                Ok(job)
            })
            .map_err(|error| match error.http_status() {
                409 => error.after("the add-on is still at work on this file"),
                _ => error,
            })
    }
}
