//! Work in the background. It goes on whenever somebody asks how far it is, never by the clock.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::store::Store;

/// How a job goes.
#[derive(Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Course {
    /// So many questions find it still at work.
    polls: u32,
    outcome: Outcome,
    /// What it says when it does not end well.
    error: Option<String>,
}

impl Default for Course {
    fn default() -> Course {
        Course { polls: 2, outcome: Outcome::Finished, error: None }
    }
}

#[derive(Clone, Copy, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Outcome {
    Finished,
    Failed,
    Cancelled,
    /// It stays at work.
    Never,
    /// It is forgotten.
    Unknown,
}

#[derive(Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    Pending,
    Processing,
    Finished,
    Failed,
    Cancelled,
    Unknown,
}

impl Stage {
    pub fn is_running(self) -> bool {
        matches!(self, Stage::Pending | Stage::Processing)
    }
}

/// How far a job is.
#[derive(Clone, Serialize)]
pub struct Report {
    #[serde(rename = "status")]
    pub stage: Stage,
    pub error: Option<String>,
    pub result: Value,
}

/// What a job does at its end, unless it is to fail: it gives the result or says what went wrong.
pub type Work = Box<dyn FnOnce(&mut Store) -> Result<Value, String> + Send>;

struct Job {
    kind: &'static str,
    token: String,
    target: Uuid,
    course: Course,
    polls: u32,
    report: Report,
    /// None when it was done.
    work: Option<Work>,
}

#[derive(Default)]
pub struct Jobs {
    /// That of the jobs which start from now on.
    pub course: Course,
    all: Vec<Job>,
}

impl Jobs {
    /// `result` is what is known of the result from the start.
    pub fn start(
        &mut self,
        kind: &'static str,
        token: impl ToString,
        target: Uuid,
        result: Value,
        work: Work,
    ) {
        self.all.push(Job {
            kind,
            token: token.to_string(),
            target,
            course: self.course.clone(),
            polls: 0,
            report: Report { stage: Stage::Pending, error: None, result },
            work: Some(work),
        });
    }

    /// The number for the next conversion.
    pub fn next_token(&self) -> u64 {
        445_630_631 + self.all.len() as u64
    }

    fn place(&self, is_wanted: impl Fn(&Job) -> bool) -> Option<usize> {
        self.all.iter().rposition(is_wanted)
    }
}

impl Store {
    /// How far a job is, which thereby goes on.
    pub fn poll_job(&mut self, kind: &str, token: &str) -> Option<Report> {
        let place = self.jobs.place(|job| job.kind == kind && job.token == token)?;
        Some(self.poll_job_at(place)).filter(|report| report.stage != Stage::Unknown)
    }

    /// Whether the latest job of this kind for this target is at work, which thereby goes on, too.
    pub fn is_at_work(&mut self, kind: &str, target: Uuid) -> bool {
        let place = self.jobs.place(|job| job.kind == kind && job.target == target);
        place.is_some_and(|place| self.poll_job_at(place).stage.is_running())
    }

    fn poll_job_at(&mut self, place: usize) -> Report {
        let job = &mut self.jobs.all[place];
        if job.polls < job.course.polls || job.course.outcome == Outcome::Never {
            job.report.stage = if job.polls == 0 { Stage::Pending } else { Stage::Processing };
            job.polls = job.polls.saturating_add(1);
        } else if let Some(work) = job.work.take() {
            let Course { outcome, error, .. } = job.course.clone();
            let mut report = job.report.clone();
            (report.stage, report.error) = match outcome {
                Outcome::Finished => match work(self) {
                    Ok(result) => {
                        report.result = result;
                        (Stage::Finished, None)
                    }
                    Err(error) => (Stage::Failed, Some(error)),
                },
                Outcome::Failed => {
                    (Stage::Failed, error.or_else(|| Some("The file could not be processed.".to_owned())))
                }
                Outcome::Cancelled => (Stage::Cancelled, error),
                Outcome::Never | Outcome::Unknown => (Stage::Unknown, None),
            };
            self.jobs.all[place].report = report;
        }
        self.jobs.all[place].report.clone()
    }
}
