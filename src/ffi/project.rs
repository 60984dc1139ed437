//! The project.

use libc::c_char;

use super::arguments::object;
use super::call::make;
use super::client::uc_client;
use super::error::{uc_error, uc_status};
use super::layout::no_padding;
use super::memory::{Arena, flag, laid_out};
use super::pair::uc_pair;
use crate::core::error::Result;
use crate::core::json::Scalar;
use crate::core::project::Project;

/// The project that the client's keys belong to. Owned: give it to uc_free().
#[repr(C)]
pub struct uc_project {
    /// NULL where the service sent none.
    pub name: *const c_char,
    /// The public key.
    pub pub_key: *const c_char,
    /// 1 when files are stored as they are uploaded, else 0.
    pub autostore_enabled: i32,
    /// In place of padding: 0.
    pub reserved: i32,
    /// Who may work on it: e-mail address and name, "" where the service sent none.
    pub collaborators: *const uc_pair,
    /// How many.
    pub collaborators_len: usize,
    /// The whole answer as the service sent it.
    pub json: *const c_char,
}

no_padding!(uc_project {
    name,
    pub_key,
    autostore_enabled,
    reserved,
    collaborators,
    collaborators_len,
    json
});

fn lay_out_project(project: Project, json: &str) -> Result<(uc_project, Arena)> {
    laid_out(|arena| {
        let text = |text: &Scalar| arena.text(text.text().unwrap_or_default());
        let pair = |(email, name): &(Scalar, Scalar)| Ok(uc_pair { key: text(email)?, value: text(name)? });
        Ok(uc_project {
            name: arena.value(&project.name)?,
            pub_key: arena.value(&project.pub_key)?,
            autostore_enabled: flag(&project.autostore_enabled),
            reserved: 0,
            collaborators: arena.made(&project.collaborators, pair)?,
            collaborators_len: project.collaborators.len(),
            json: arena.text(json)?,
        })
    })
}

/// The project itself: a way to learn whether the keys are right, too.
///
/// REST API: GET /project/
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_project_info(
    client: *const uc_client,
    project: *mut *mut uc_project,
    error: *mut *mut uc_error,
) -> uc_status {
    // SAFETY: the pointers are what the header's rules say.
    unsafe { make(project, "project", error, || object(client, "client")?.0.project_info(lay_out_project)?) }
}
