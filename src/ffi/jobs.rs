//! Work that the service does in the background.

use std::ffi::CString;
use std::ptr::null;
use std::sync::Arc;
use std::time::Duration;

use libc::{c_char, c_void};

use super::arguments::{object, object_mut, text};
use super::call::{call, make};
use super::callbacks::CProgress;
use super::client::{UC_NO_LIMIT, uc_client};
use super::error::{uc_error, uc_status};
use super::memory::c_text;
use crate::core::error::Result;
use crate::core::jobs::{Job, JobProgressFn, Progress};

/// Work that the service does in the background: a conversion, an add-on, or an upload from a URL.
/// Freeing it with uc_free() does not end the work. One thread at a time.
pub struct uc_job {
    job: Job,
    token: CString,
    /// What was last said of it.
    file: Option<CString>,
    thumbnails: Option<CString>,
    json: Option<CString>,
}

impl uc_job {
    pub(super) fn new(job: Job) -> Result<Self> {
        let token = c_text(&job.token)?.unwrap_or_default();
        let mut new = uc_job { job, token, file: None, thumbnails: None, json: None };
        new.show()?;
        Ok(new)
    }

    /// Runs a call on the job, and shows what it has learnt even where it failed.
    fn learn(&mut self, from: impl FnOnce(&mut Job) -> Result<Progress>) -> Result<uc_status> {
        let outcome = from(&mut self.job);
        let shown = self.show();
        let outcome = outcome.and_then(|progress| shown.map(|()| progress));
        Ok(if outcome?.has_ended { uc_status::UC_DONE } else { uc_status::UC_OK })
    }

    fn show(&mut self) -> Result<()> {
        let text = |text: Option<&str>| text.map_or(Ok(None), c_text);
        // What was shown before goes first: the last answer may be large.
        (self.file, self.thumbnails, self.json) = (None, None, None);
        self.file = text(self.job.file.as_deref())?;
        self.thumbnails = text(self.job.thumbnails.as_deref())?;
        self.json = text(self.job.answer())?;
        Ok(())
    }
}

/// Hears how far a call is: return 0 to go on, anything else to stop at once, even inside a request;
/// the call then returns UC_ERR_CANCELED. Called on the calling thread, about ten times a second;
/// what it returns when all is done does not count. `done` never falls; `total` is -1 where it is not
/// known: throughout for a stream of unknown size. Uploads count bytes, also those from a URL, whose
/// `total` is -1 until the service tells it. A conversion or an add-on has done 0 of 1 until it has
/// ended. Must not throw or longjmp, and must not use or free what the call works on. A signal
/// handler that sets a flag, and a callback that returns it, stop a call on Ctrl-C.
pub type uc_progress_fn =
    Option<unsafe extern "C" fn(progress_data: *mut c_void, done: i64, total: i64) -> i32>;

/// Asks once how far the job is: UC_OK while it runs, UC_DONE when it has ended well, UC_ERR_JOB
/// with the service's words when not. Once it has ended, nothing is sent any more and the answer
/// stays. UC_ERR_NOT_FOUND when the service does not know the job, or not any more.
/// An upload from a URL may be unknown to it for the first few polls, which is UC_OK.
///
/// REST API: GET /convert/document/status/{token}/, GET /convert/video/status/{token}/, GET
/// /addons/{addon}/execute/status/; Upload API: GET /from_url/status/
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_job_poll(job: *mut uc_job, error: *mut *mut uc_error) -> uc_status {
    // SAFETY: the pointers are what the header's rules say.
    unsafe { call(error, || object_mut(job, "job")?.learn(Job::poll)) }
}

/// Polls the job, with pauses that grow from a quarter of a second to 8 seconds, until it has ended:
/// UC_DONE when it has ended well, UC_ERR_JOB when not. UC_ERR_TIMEOUT after `timeout_ms`
/// milliseconds; 0 and UC_NO_LIMIT are no limit, so that the call waits as long as the service says
/// that the job goes on. UC_ERR_CANCELED when `progress`, which may be NULL, the client's `tick` or
/// uc_client_cancel() has stopped it. Any other failure, such as a lost connection, ends the waiting.
/// The client's timeout_ms limits each poll, not the waiting. Nothing of that ends the job: wait
/// again, or keep its token.
///
/// REST API and Upload API: those of uc_job_poll()
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_job_wait(
    job: *mut uc_job,
    timeout_ms: u32,
    progress: uc_progress_fn,
    progress_data: *mut c_void,
    error: *mut *mut uc_error,
) -> uc_status {
    let limit = match timeout_ms {
        0 | UC_NO_LIMIT => Duration::MAX,
        ms => Duration::from_millis(ms.into()),
    };
    let progress = CProgress::new(progress, progress_data).map(|progress| {
        let hear = move |state: Progress| progress.goes_on(state.done, state.total.unwrap_or(-1));
        Arc::new(hear) as JobProgressFn
    });
    // SAFETY: the pointers are what the header's rules say.
    unsafe { call(error, || object_mut(job, "job")?.learn(|job| job.wait(limit, progress))) }
}

/// A line of printable ASCII that uc_job_resume() takes, in another process, too; it holds no key.
/// NULL for NULL. Borrowed until the job is freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_job_token(job: *const uc_job) -> *const c_char {
    // SAFETY: NULL or a job of the caller's.
    unsafe { job.as_ref() }.map_or(null(), |job| job.token.as_ptr())
}

/// The UUID of the file that the job makes, NULL until it is known, for an add-on that makes none,
/// and for NULL. A conversion's is known from the start, or after uc_job_resume() from the first
/// poll; the file is ready when the job has ended well. Borrowed until the job is polled, waited for
/// or freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_job_file_uuid(job: *const uc_job) -> *const c_char {
    // SAFETY: NULL or a job of the caller's.
    text_or_null(unsafe { job.as_ref() }.and_then(|job| job.file.as_ref()))
}

/// The id of the group of a video's thumbnails, or NULL. Borrowed until the job is polled, waited
/// for or freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_job_thumbnails_group_id(job: *const uc_job) -> *const c_char {
    // SAFETY: NULL or a job of the caller's.
    text_or_null(unsafe { job.as_ref() }.and_then(|job| job.thumbnails.as_ref()))
}

/// The service's last answer about the job; NULL before there was one, and for NULL. Borrowed until
/// the job is polled, waited for or freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_job_json(job: *const uc_job) -> *const c_char {
    // SAFETY: NULL or a job of the caller's.
    text_or_null(unsafe { job.as_ref() }.and_then(|job| job.json.as_ref()))
}

fn text_or_null(text: Option<&CString>) -> *const c_char {
    text.map_or(null(), |text| text.as_ptr())
}

/// Takes up a job that was started earlier, by this process or another. Sends nothing: poll it, or
/// wait for it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_job_resume(
    client: *const uc_client,
    token: *const c_char,
    job: *mut *mut uc_job,
    error: *mut *mut uc_error,
) -> uc_status {
    // SAFETY: the pointers are what the header's rules say.
    unsafe {
        make(job, "job", error, || {
            let (client, token) = (object(client, "client")?, text(token, "token")?);
            Ok((uc_job::new(client.0.job_resume(token)?)?, ()))
        })
    }
}
