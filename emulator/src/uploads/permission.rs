//! Who may upload: the public key, and what a project with signed uploads asks for besides.

use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::service::Shared;
use crate::store::Store;
use crate::uploads::failure::Failure;
use crate::uploads::form::Form;
use crate::uploads::token::Token;

pub fn check_key(shared: &Shared, form: &Form, field: &str) -> Result<(), Failure> {
    match form.value(field) {
        None => Err(Failure::new(403, "ProjectPublicKeyRequiredError", format!("{field} is required."))),
        Some(key) if key == shared.options.public_key => Ok(()),
        Some(_) => Err(Failure::new(403, "ProjectPublicKeyInvalidError", format!("{field} is invalid."))),
    }
}

/// For what makes files, so many of them, and for groups.
pub fn check_upload(
    shared: &Shared,
    store: &mut Store,
    head: &Parts,
    form: &Form,
    files: usize,
) -> Result<(), Failure> {
    if !store.project.signed_uploads {
        return Ok(());
    }
    // Beside a signature nobody looks at a token.
    if form.value("signature").is_some() || !head.headers.contains_key(AUTHORIZATION) {
        return check_signature(shared, form);
    }
    check_token(shared, store, head, files)
}

/// For the end of an upload, which goes without a signature: a token, if there is one, has to allow it.
pub fn check_bearer(shared: &Shared, store: &mut Store, head: &Parts) -> Result<(), Failure> {
    if !store.project.signed_uploads || !head.headers.contains_key(AUTHORIZATION) {
        return Ok(());
    }
    check_token(shared, store, head, 0)
}

fn check_token(shared: &Shared, store: &mut Store, head: &Parts, files: usize) -> Result<(), Failure> {
    let header = head.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let text = header.and_then(|header| header.strip_prefix("Bearer ")).ok_or_else(|| {
        Failure::new(401, "AccessTokenInvalidError", "Invalid Authorization header format.")
    })?;
    let token = Token::read(text, &shared.options.secret_key, shared.clock.now().timestamp())?;
    if !token.allows(head.uri.path()) {
        let content = "`uc.restrictions.scope` does not allow this endpoint.";
        return Err(Failure::new(403, "ScopeForbiddenError", content));
    }
    let used = store.uploads.operations.entry(text.to_owned()).or_default();
    if files > 0 && token.operations().is_some_and(|most| *used + files as u64 > most) {
        let content = "The operation limit of the token is exhausted.";
        return Err(Failure::new(403, "OperationsLimitExceededError", content));
    }
    *used += files as u64;
    Ok(())
}

fn check_signature(shared: &Shared, form: &Form) -> Result<(), Failure> {
    let refused = |status, code, content: &str| Err(Failure::new(status, code, content));
    let Some(signature) = form.value("signature") else {
        return refused(400, "SignatureRequiredError", "`signature` is required.");
    };
    let Some(expire) = form.value("expire") else {
        return refused(400, "SignatureExpirationRequiredError", "`expire` is required.");
    };
    let Ok(end) = expire.parse::<i64>() else {
        return refused(400, "SignatureExpirationInvalidError", "`expire` must be a UNIX timestamp.");
    };
    let secret = shared.options.secret_key.as_bytes();
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("a key of any length");
    mac.update(expire.as_bytes());
    if signature != format!("{:x}", mac.finalize().into_bytes()) {
        return refused(403, "SignatureInvalidError", "Invalid signature.");
    }
    if end < shared.clock.now().timestamp() {
        return refused(403, "SignatureExpirationError", "Expired signature.");
    }
    Ok(())
}
