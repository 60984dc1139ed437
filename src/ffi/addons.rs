//! Add-ons.

use libc::c_char;

use super::arguments::{object, optional_json, text};
use super::call::make;
use super::client::uc_client;
use super::error::{uc_error, uc_status};
use super::jobs::uc_job;

/// Starts an add-on on a file. While the same add-on is at work on the same file, the call waits
/// for its turn, as long as the client's timeout_ms allows; then, or at once where the client has
/// no retries, it fails with UC_ERR_REJECTED and HTTP 409. `addon` is one of
///
///     "uc_clamav_virus_scan"                    params: purge_infected
///     "aws_rekognition_detect_labels"
///     "aws_rekognition_detect_moderation_labels"
///     "remove_bg"                               params: crop, type_level, type, channels and so on
///
/// or what the service adds to them. `params_json` is a JSON object, {"purge_infected": true}, or
/// NULL. remove_bg makes a file, which uc_job_file_uuid() names. To get what the others found, call uc_file_info() with "appdata" when the job has ended: uc_file.virus_scan, labels and moderation_labels.
///
/// REST API: POST /addons/{addon}/execute/; GET /addons/{addon}/execute/status/ by uc_job_poll()
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uc_addon_run(
    client: *const uc_client,
    addon: *const c_char,
    uuid: *const c_char,
    params_json: *const c_char,
    job: *mut *mut uc_job,
    error: *mut *mut uc_error,
) -> uc_status {
    // SAFETY: the pointers are what the header's rules say.
    unsafe {
        make(job, "job", error, || {
            let client = object(client, "client")?;
            let (addon, uuid) = (text(addon, "addon")?, text(uuid, "uuid")?);
            let job = client.0.addon_run(addon, uuid, optional_json(params_json, "params_json")?)?;
            Ok((uc_job::new(job)?, ()))
        })
    }
}
