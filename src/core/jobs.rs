//! Work that the service does in the background: how far it is, and what came of it.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::client::Client;
use super::error::{Error, Result, Status};
use super::http::cancel::lock;
use super::http::policy::Hook;
use super::http::{Answer, Http, Method, Request};
use super::id::is_uuid;
use super::json::{self, Reader, Scalar};
use super::memory;

const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(8);

/// So often a file that is being fetched may be unknown before that is the answer.
const MOST_UNKNOWN: u32 = 5;

/// What the service is asked about.
#[derive(Clone, Debug, PartialEq)]
pub enum Work {
    Document {
        token: String,
    },
    Video {
        token: String,
    },
    Addon {
        name: String,
        request_id: String,
    },
    /// The service fetches a file.
    Upload {
        token: String,
    },
    /// It had fetched the file before: nothing is left to do.
    Known {
        uuid: String,
    },
}

impl Work {
    /// One line of printable ASCII that [`Work::of_token`] understands.
    fn token(&self) -> String {
        match self {
            Work::Document { token } => format!("document:{token}"),
            Work::Video { token } => format!("video:{token}"),
            Work::Addon { name, request_id } => format!("addon:{name}:{request_id}"),
            Work::Upload { token } => format!("upload:{token}"),
            Work::Known { uuid } => format!("file:{uuid}"),
        }
    }

    fn of_token(text: &str) -> Option<Work> {
        let is_number =
            |text: &str| (1..=20).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        let (kind, rest) = text.split_once(':')?;
        match kind {
            "document" if is_number(rest) => Some(Work::Document { token: rest.to_owned() }),
            "video" if is_number(rest) => Some(Work::Video { token: rest.to_owned() }),
            "upload" if is_uuid(rest) => Some(Work::Upload { token: rest.to_owned() }),
            "file" if is_uuid(rest) => Some(Work::Known { uuid: rest.to_owned() }),
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
            Work::Upload { token } => format!("/from_url/status/?token={token}&jsonerrors=1"),
            Work::Known { uuid } => unreachable!("nothing is asked about {uuid}"),
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
    done: Scalar<'a>,
    total: Scalar<'a>,
}

impl<'a> Report<'a> {
    fn read(reader: &mut Reader<'a>) -> json::Result<Self> {
        let mut report = Report::default();
        reader.object(|reader, key| {
            match key {
                "status" => report.status = reader.scalar()?,
                "error" => report.error = reader.scalar()?,
                "uuid" => report.file = reader.scalar()?,
                "done" => report.done = reader.scalar()?,
                "total" => report.total = reader.scalar()?,
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

/// How far a job is. Only what the service fetches has bytes to count; the total may be unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    pub has_ended: bool,
    pub done: i64,
    pub total: Option<i64>,
}

impl Progress {
    const DONE: Progress = Progress { has_ended: true, done: 1, total: Some(1) };

    fn begun(work: &Work) -> Self {
        let total = (!matches!(work, Work::Upload { .. })).then_some(1);
        Progress { has_ended: false, done: 0, total }
    }

    fn of(work: &Work, report: &Report, has_ended: bool) -> Self {
        match (work, has_ended) {
            (Work::Upload { .. }, _) => {
                // As text in answers of 2020, and "unknown" in place of a total.
                let count = |number: &Scalar| number.int_or_text().filter(|count| *count >= 0);
                Progress { has_ended, done: count(&report.done).unwrap_or(0), total: count(&report.total) }
            }
            (_, false) => Progress::begun(work),
            (_, true) => Progress::DONE,
        }
    }
}

/// Hears how far a job is; false stops the waiting.
pub type JobProgressFn = Arc<dyn Fn(Progress) -> bool + Send + Sync>;

pub struct Job {
    http: Http,
    work: Work,
    pub token: String,
    /// UUID of what it makes.
    pub file: Option<String>,
    /// Group id of a video's thumbnails.
    pub thumbnails: Option<String>,
    /// The last answer, unless it is that of the failure.
    pub json: Option<String>,
    progress: Progress,
    /// Why it ended badly, if it has.
    failure: Option<Error>,
    /// How often in turn the service did not know it: of what it fetches it learns a little late.
    unknown: u32,
}

impl Client {
    /// A job that was started earlier, by whatever process.
    pub fn job_resume(&self, token: &str) -> Result<Job> {
        match Work::of_token(token) {
            Some(work @ (Work::Upload { .. } | Work::Known { .. })) => Ok(Job::new(&self.uploads, work)),
            Some(work) => Ok(Job::new(&self.http, work)),
            None => Err(Error::argument("token is not one that uc_job_token() gave")),
        }
    }
}

impl Job {
    pub fn new(http: &Http, work: Work) -> Job {
        let (file, progress) = match &work {
            Work::Known { uuid } => (Some(uuid.clone()), Progress::DONE),
            work => (None, Progress::begun(work)),
        };
        let (thumbnails, json, failure, unknown) = (None, None, None, 0);
        Job {
            http: http.clone(),
            token: work.token(),
            work,
            file,
            thumbnails,
            json,
            progress,
            failure,
            unknown,
        }
    }

    /// The last answer.
    pub fn answer(&self) -> Option<&str> {
        let of_failure = || Some(self.failure.as_ref()?.answer.as_ref()?.body.as_str());
        self.json.as_deref().or_else(of_failure)
    }

    /// Asks once, unless the end is known.
    pub fn poll(&mut self) -> Result<Progress> {
        let http = self.http.clone();
        self.ask_unless_ended(&http, Duration::MAX)?;
        Ok(self.progress)
    }

    fn ask_unless_ended(&mut self, http: &Http, most_time: Duration) -> Result<()> {
        if !self.progress.has_ended && self.failure.is_none() {
            self.ask(http, most_time)?;
        }
        self.failure.as_ref().map_or(Ok(()), |failure| Err(failure.again()))
    }

    fn ask(&mut self, http: &Http, most_time: Duration) -> Result<()> {
        let target = http.settings.base.target(&self.work.path());
        let request = Request { most_time, ..Request::new(Method::GET, &target) };
        let answered = http.send(&request, |answer: &mut Answer| {
            let report = answer.read(Report::read)?;
            let has_ended = match report.status.text() {
                Some("finished" | "done" | "success") => true,
                Some("failed" | "cancelled" | "canceled" | "error") => return Err(failure(&report).into()),
                Some("unknown") => return Err(unknown().into()),
                Some(_) => false,
                None => return Err(Error::protocol("the answer does not say how far the job is").into()),
            };
            let progress = Progress::of(&self.work, &report, has_ended);
            let (file, thumbnails) = (owned(&report.file)?, owned(&report.thumbnails)?);
            let is_file = file.as_deref().is_some_and(is_uuid);
            if has_ended && !is_file && matches!(self.work, Work::Upload { .. }) {
                return Err(
                    Error::protocol("the answer says that the file is there, and has no UUID of it").into()
                );
            }
            Ok((progress, file, thumbnails, std::mem::take(&mut answer.body)))
        });
        match answered {
            Ok((progress, file, thumbnails, json)) => {
                self.progress = Progress { done: progress.done.max(self.progress.done), ..progress };
                self.file = file.or(self.file.take());
                self.thumbnails = thumbnails.or(self.thumbnails.take());
                self.json = Some(json);
                self.unknown = 0;
                Ok(())
            }
            Err(error) if error.status == Status::Job => {
                self.json = None;
                self.failure = Some(error);
                Ok(())
            }
            Err(error) if error.status == Status::NotFound && self.may_be_known_soon() => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn may_be_known_soon(&mut self) -> bool {
        self.unknown += 1;
        matches!(self.work, Work::Upload { .. }) && self.unknown < MOST_UNKNOWN
    }

    /// Asks with growing pauses until the job has ended. `progress` hears of it all the while, and
    /// stops the waiting, not the job, with false.
    pub fn wait(&mut self, limit: Duration, progress: Option<JobProgressFn>) -> Result<Progress> {
        let known = Arc::new(Mutex::new(self.progress));
        let hook = progress.clone().map(|progress| {
            let known = known.clone();
            Arc::new(move || {
                let state = *lock(&known);
                progress(state)
            }) as Hook
        });
        match self.failure.is_some() || self.progress.has_ended {
            // Nothing is sent any more.
            true => self.ask_unless_ended(&self.http.clone(), limit)?,
            false => self.ask_until_ended(&self.http.begin_with(hook)?, limit, &known)?,
        }
        if let Some(progress) = progress {
            progress(self.progress);
        }
        Ok(self.progress)
    }

    fn ask_until_ended(&mut self, http: &Http, limit: Duration, known: &Mutex<Progress>) -> Result<()> {
        let (began, call) = (Instant::now(), http.call()?);
        let left = || limit.saturating_sub(began.elapsed());
        let mut pause = FIRST_PAUSE;
        loop {
            self.ask_unless_ended(http, left())?;
            *lock(known) = self.progress;
            if self.progress.has_ended {
                return Ok(());
            }
            call.sleep(pause.min(left()))?;
            if left().is_zero() {
                return Err(Error::new(
                    Status::Timeout,
                    "timeout_ms ran out before the job had ended; it goes on, and so may uc_job_wait()",
                ));
            }
            pause = (2 * pause).min(LONGEST_PAUSE);
        }
    }
}

/// A copy of a text that is there.
pub fn owned(text: &Scalar) -> Result<Option<String>> {
    Ok(text.text().filter(|text| !text.is_empty()).map(memory::copy).transpose()?)
}

fn failure(report: &Report) -> Error {
    let message = match (report.error.text(), report.status.text()) {
        (Some(error), _) if !error.is_empty() => error.to_owned(),
        (_, Some("cancelled" | "canceled")) => "the service has canceled the job".to_owned(),
        _ => "the job has failed, and the service does not say why".to_owned(),
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
