//! A file in one request: `POST /base/`

use super::Upload;
use super::form::{FileInForm, Form};
use super::source::Source;
use crate::core::error::{Error, Result};
use crate::core::http::{Answer, Http};
use crate::core::id::is_uuid;
use crate::core::progress::{Counter, Passage};

/// The name of the form's field, under which the answer has the UUID.
const FIELD: &str = "file";

impl Upload<'_> {
    /// The UUID of the file.
    pub(super) fn send_directly(&self, http: &Http, source: &Source, counter: &Counter) -> Result<String> {
        let mut form = Form::new();
        form.field("UPLOADCARE_PUB_KEY", &http.settings.public_key);
        form.field("UPLOADCARE_STORE", self.options.store());
        form.fields(&self.options.file_fields());
        let passage = Passage::new(counter);
        self.permitted(http, |permission| {
            let mut form = form.again()?;
            form.permit(permission);
            let file = FileInForm { source, passage: &passage };
            let form = form.finish_with_file(FIELD, &self.name, &self.mime_type, file)?;
            self.post_form(http, "/base/", &form, false, |answer: &mut Answer| {
                let uuid = answer.read(|reader| reader.field(FIELD, |reader| reader.text()))?;
                match is_uuid(&uuid) {
                    true => Ok(uuid),
                    false => Err(Error::protocol("the answer has no UUID of the file").into()),
                }
            })
        })
    }
}
