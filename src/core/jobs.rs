//! Work that the service does in the background: how far it is, and what came of it.

use std::time::{Duration, Instant};

use super::client::Client;
use super::error::{Error, Result, Status};
use super::http::{Answer, Http, Method, Request};
use super::id::is_uuid;
use super::json::{self, Reader, Scalar};

const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(8);

/// No longer is whoever waits left without a word, so that it can stop.
const LONGEST_SILENCE: Duration = Duration::from_millis(250);

/// What the service is asked about.
#[derive(Clone, Debug, PartialEq)]
pub enum Work {
    Document { token: String },
    Video { token: String },
    Addon { name: String, request_id: String },
}

impl Work {
    /// One line of printable ASCII that [`Work::of_token`] understands.
    fn token(&self) -> String {
        match self {
            Work::Document { token } => format!("document:{token}"),
            Work::Video { token } => format!("video:{token}"),
            Work::Addon { name, request_id } => format!("addon:{name}:{request_id}"),
        }
    }

    fn of_token(text: &str) -> Option<Work> {
        let is_number =
            |text: &str| (1..=20).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        let (kind, rest) = text.split_once(':')?;
        match kind {
            "document" if is_number(rest) => Some(Work::Document { token: rest.to_owned() }),
            "video" if is_number(rest) => Some(Work::Video { token: rest.to_owned() }),
            "addon" => {
                let (name, request_id) = rest.split_once(':')?;
                (is_addon_name(name) && is_uuid(request_id))
                    .then(|| Work::Addon { name: name.to_owned(), request_id: request_id.to_owned() })
            }
            _ => None,
        }
    }

    /// Where its status is asked for.
    fn path(&self) -> String {
        match self {
            Work::Document { token } => format!("/convert/document/status/{token}/"),
            Work::Video { token } => format!("/convert/video/status/{token}/"),
            Work::Addon { name, request_id } => {
                format!("/addons/{name}/execute/status/?request_id={request_id}")
            }
        }
    }
}

/// It goes into paths.
pub fn is_addon_name(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    (1..=64).contains(&text.len()) && text.bytes().all(is_part)
}

/// What the service said of a job.
#[derive(Default)]
struct Report<'a> {
    status: Scalar<'a>,
    error: Scalar<'a>,
    file: Scalar<'a>,
    thumbnails: Scalar<'a>,
}

impl<'a> Report<'a> {
    fn read(reader: &mut Reader<'a>) -> json::Result<Self> {
        let mut report = Report::default();
        reader.object(|reader, key| {
            match key {
                "status" => report.status = reader.scalar()?,
                "error" => report.error = reader.scalar()?,
                "result" => reader.fields(|reader, key| {
                    match key {
                        "uuid" | "file_id" => report.file = reader.scalar()?,
                        "thumbnails_group_uuid" => report.thumbnails = reader.scalar()?,
                        _ => drop(reader.raw()?),
                    }
                    Ok(())
                })?,
                _ => drop(reader.raw()?),
            }
            Ok(())
        })?;
        Ok(report)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    Running,
    Done,
}

pub struct Job {
    http: Http,
    work: Work,
    pub token: String,
    /// UUID of what it makes.
    pub file: Option<String>,
    /// Group id of a video's thumbnails.
    pub thumbnails: Option<String>,
    /// The last answer.
    pub json: Option<String>,
    /// How it ended, if it has.
    end: Option<Result<()>>,
}

impl Client {
    /// A job that was started earlier, by whatever process.
    pub fn job_resume(&self, token: &str) -> Result<Job> {
        match Work::of_token(token) {
            Some(work) => Ok(Job::new(&self.http, work)),
            None => Err(Error::argument("token is not one that uc_job_token() gave")),
        }
    }
}

impl Job {
    pub fn new(http: &Http, work: Work) -> Job {
        let token = work.token();
        Job { http: http.clone(), work, token, file: None, thumbnails: None, json: None, end: None }
    }

    /// Asks once, unless the end is known.
    pub fn poll(&mut self, most_time: Duration) -> Result<Progress> {
        if self.end.is_none() {
            self.ask(most_time)?;
        }
        match &self.end {
            None => Ok(Progress::Running),
            Some(Ok(())) => Ok(Progress::Done),
            Some(Err(error)) => Err(error.clone()),
        }
    }

    fn ask(&mut self, most_time: Duration) -> Result<()> {
        let target = self.http.settings.api_base.target(&self.work.path());
        let request = Request { most_time, ..Request::new(Method::GET, &target) };
        let answered = self.http.call(&request, |answer: &mut Answer| {
            let report = answer.read(Report::read)?;
            let is_done = match report.status.text() {
                Some("finished" | "done") => true,
                Some("failed" | "cancelled" | "canceled" | "error") => return Err(failure(&report).into()),
                Some("unknown") => return Err(unknown().into()),
                Some(_) => false,
                None => return Err(Error::protocol("the answer does not say how far the job is").into()),
            };
            let (file, thumbnails) = (owned(&report.file), owned(&report.thumbnails));
            Ok((is_done, file, thumbnails, std::mem::take(&mut answer.body)))
        });
        match answered {
            Ok((is_done, file, thumbnails, json)) => {
                self.end = is_done.then_some(Ok(()));
                self.file = file.or(self.file.take());
                self.thumbnails = thumbnails.or(self.thumbnails.take());
                self.json = Some(json);
                Ok(())
            }
            Err(error) if error.status == Status::Job => {
                self.json = error.answer.as_ref().map(|reply| reply.body.clone());
                self.end = Some(Err(error));
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// Asks with growing pauses until the job has ended. `tell` hears of it every now and then, and
    /// stops the waiting, not the job, with false.
    pub fn wait(&mut self, limit: Duration, mut tell: impl FnMut(Progress) -> bool) -> Result<()> {
        let (began, cancels) = (Instant::now(), self.http.cancels());
        let mut pause = FIRST_PAUSE;
        loop {
            let left = limit.saturating_sub(began.elapsed());
            let progress = self.poll(left)?;
            if progress == Progress::Done {
                tell(progress);
                return Ok(());
            }
            self.tell(progress, cancels, &mut tell)?;
            let until = Instant::now() + pause.min(limit.saturating_sub(began.elapsed()));
            while let Some(rest) = until.checked_duration_since(Instant::now()).filter(|rest| !rest.is_zero())
            {
                self.http.sleep(rest.min(LONGEST_SILENCE))?;
                self.tell(progress, cancels, &mut tell)?;
            }
            if began.elapsed() >= limit {
                return Err(Error::new(
                    Status::Timeout,
                    "timeout_ms ran out before the job had ended; it goes on, and so may uc_job_wait()",
                ));
            }
            pause = (2 * pause).min(LONGEST_PAUSE);
        }
    }

    fn tell(&self, progress: Progress, cancels: u64, tell: &mut impl FnMut(Progress) -> bool) -> Result<()> {
        match tell(progress) && self.http.cancels() == cancels {
            true => Ok(()),
            false => Err(Error::canceled()),
        }
    }
}

fn owned(text: &Scalar) -> Option<String> {
    text.text().filter(|text| !text.is_empty()).map(str::to_owned)
}

fn failure(report: &Report) -> Error {
    let message = match (report.error.text(), report.status.text()) {
        (Some(error), _) if !error.is_empty() => super::error::one_line(error),
        (_, status) => format!("the job has ended as {}", status.unwrap_or_default()),
    };
    Error::new(Status::Job, message)
}

/// It may be too old, or too new: so it is no end.
fn unknown() -> Error {
    Error::new(Status::NotFound, "the service does not know this job, or not any more")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_tells_which_work_it_was() {
        for work in [
            Work::Document { token: "22450034".to_owned() },
            Work::Video { token: "0".to_owned() },
            Work::Addon {
                name: "remove_bg".to_owned(),
                request_id: "53930d55-8ecb-4b2b-ab9e-3c3b1ffe53cb".to_owned(),
            },
        ] {
            assert_eq!(Work::of_token(&work.token()), Some(work));
        }
    }

    #[test]
    fn a_token_that_could_lead_elsewhere_is_none() {
        for token in [
            "",
            "document:",
            "document:1/../..",
            "document:-1",
            "document:1?x",
            "video:%31",
            "image:1",
            "addon:remove_bg",
            "addon:remove_bg:1",
            "addon:../files:53930d55-8ecb-4b2b-ab9e-3c3b1ffe53cb",
            "addon::53930d55-8ecb-4b2b-ab9e-3c3b1ffe53cb",
            "addon:remove_bg:53930d55-8ecb-4b2b-ab9e-3c3b1ffe53cb\n",
        ] {
            assert_eq!(Work::of_token(token), None, "{token:?}");
        }
    }
}
