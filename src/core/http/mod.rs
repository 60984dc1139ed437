//! The one place that speaks to the network: sign, send, retry, wait, cancel, limit, classify,
//! log. Nothing else knows ureq.

mod answer;
pub mod base;
mod buffers;
pub mod call;
pub mod cancel;
mod connect;
mod date;
mod encoding;
mod exchange;
pub mod failure;
pub mod log;
mod network;
mod pem;
pub mod policy;
mod pool;
pub mod proxy;
mod race;
pub mod rendezvous;
mod request;
mod resolve;
pub mod retry;
pub mod settings;
pub mod sign;
mod socket;
mod stream;
mod transport;
mod tunnel;

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use chrono::{DateTime, Utc};
pub use ureq::http::Method;
use ureq::http::header::{
    ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_TYPE, DATE, PROXY_AUTHORIZATION, USER_AGENT,
};
use ureq::http::request::Builder;
use ureq::http::{self, HeaderValue, Uri};
use zeroize::Zeroizing;

pub use self::answer::Answer;
use self::call::Call;
use self::cancel::CancelScope;
pub use self::exchange::Ended;
use self::exchange::exchange;
pub use self::failure::Outcome;
use self::failure::{Failure, Repeat};
use self::log::Level;
use self::network::Network;
use self::policy::{Hook, Policy};
use self::proxy::Proxy;
pub use self::request::{Body, Content, Request, Signature};
use self::retry::Tries;
use self::settings::{Api, Settings};
use self::sign::{Auth, Clock, Signable};
use crate::core::error::{Error, Result, Status};
use crate::core::shown::{MOST_MESSAGE, Secrets};
use crate::os::process::Own;

const REST_MEDIA_TYPE: &str = "application/vnd.uploadcare-v0.7+json";

/// The largest answer that is taken.
pub const MOST_BODY: u64 = 64 << 20;

/// What an error keeps of an answer.
const MOST_ERROR_BODY: u64 = 64 << 10;

/// A header that no log may show. It is wiped when it goes, as a copy of it would not be.
fn sensitive(text: Zeroizing<String>) -> Result<HeaderValue> {
    let mut header = HeaderValue::from_maybe_shared(Bytes::from_owner(text))
        .map_err(|_| Error::argument("the credentials contain something other than visible ASCII"))?;
    header.set_sensitive(true);
    Ok(header)
}

/// A project's way to an API of the service. Clones share everything.
#[derive(Clone)]
pub struct Http {
    pub settings: Arc<Settings>,
    pub policy: Arc<Policy>,
    clock: Arc<Clock>,
    /// A child of `fork()` leaves the parent's connections alone.
    network: Arc<Own<Network>>,
    scope: Arc<CancelScope>,
    /// The call that its requests belong to; none where each is a call by itself.
    call: Option<Arc<Call>>,
    /// When what it is used for has to be done, in place of a limit for each call.
    deadline: Option<Instant>,
}

/// A request ready to be sent.
struct Message {
    request: http::Request<()>,
    date: DateTime<Utc>,
    credential: Zeroizing<String>,
    proxy: [Zeroizing<String>; 2],
}

impl Http {
    pub fn new(settings: Settings, policy: Arc<Policy>) -> Self {
        Self::with(settings, policy, Arc::default(), CancelScope::root())
    }

    fn with(settings: Settings, policy: Arc<Policy>, clock: Arc<Clock>, scope: Arc<CancelScope>) -> Self {
        let settings = Arc::new(settings);
        let network = Arc::new(Own::new(Network::new(&settings)));
        Http { settings, policy, clock, network, scope, call: None, deadline: None }
    }

    /// The same project's way to another API.
    pub fn of(&self, settings: Settings) -> Self {
        Self::with(settings, self.policy.clone(), self.clock.clone(), self.scope.clone())
    }

    /// The same way for a derived client.
    pub fn derive(&self, policy: &Arc<Policy>, scope: &Arc<CancelScope>) -> Self {
        Http { policy: policy.clone(), scope: scope.clone(), ..self.clone() }
    }

    /// What cancels its calls.
    pub fn scope(&self) -> &Arc<CancelScope> {
        &self.scope
    }

    /// The same for one call of several requests, which the calling thread makes.
    pub fn begin(&self) -> Result<Self> {
        match &self.call {
            Some(_) => Ok(self.clone()),
            None => self.begin_with(None),
        }
    }

    /// The same, where the caller hears of the call's progress.
    pub fn begin_with(&self, progress: Option<Hook>) -> Result<Self> {
        let call = Call::begin(&self.scope, &self.policy, progress)?;
        Ok(Http { call: Some(call), ..self.clone() })
    }

    /// The same for a thread of the library with nobody waiting.
    pub fn background(&self) -> Result<Self> {
        Ok(Http { call: Some(Call::background(&self.scope, &self.policy)?), ..self.clone() })
    }

    /// The same for a part of a call that can be canceled alone.
    pub fn part(&self) -> Result<Self> {
        Ok(Http { call: Some(self.call()?.part()?), ..self.clone() })
    }

    /// The same for what has so much time in all.
    pub fn within(&self, time: Duration) -> Self {
        Http { deadline: Instant::now().checked_add(time), ..self.clone() }
    }

    /// The call in progress, or one that begins now.
    pub fn call(&self) -> Result<Arc<Call>> {
        match &self.call {
            Some(call) => Ok(call.clone()),
            None => Call::begin(&self.scope, &self.policy, None),
        }
    }

    /// Fails when the call in progress was canceled or its time is over.
    pub fn check(&self) -> Result<()> {
        match self.deadline {
            Some(deadline) if deadline <= Instant::now() => {
                Err(Error::new(Status::Timeout, "timeout_ms ran out before all was done"))
            }
            _ => self.call()?.attend(),
        }
    }

    /// Keeps no connection to `uri` any more.
    pub fn forget_connections(&self, uri: &Uri) {
        if let Some(network) = self.network.get() {
            network.forget(uri);
        }
    }

    /// By the service's clock, as far as it is known.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// A call at a path of the API; `body` is JSON or empty.
    pub fn ask<T>(
        &self,
        method: Method,
        path: &str,
        body: &str,
        decode: impl FnMut(&mut Answer) -> Outcome<T>,
    ) -> Result<T> {
        let target = self.settings.base.target(path);
        self.send(&Request { body: Body::Json(body), ..Request::new(method, &target) }, decode)
    }

    /// Sends `request` until it is answered and `decode` has understood the answer, or until
    /// there is no sense in trying on.
    pub fn send<T>(&self, request: &Request, mut decode: impl FnMut(&mut Answer) -> Outcome<T>) -> Result<T> {
        let mut decoded = None;
        self.send_with(request, &mut |answer| {
            decoded = Some(decode(answer)?);
            Ok(())
        })?;
        Ok(decoded.expect("a call has succeeded when its answer is decoded"))
    }

    /// The same for all kinds of answers, so that the library holds it once. Its parts are kept out of
    /// line: what each of them takes of the stack is free again when the next one runs.
    #[inline(never)]
    fn send_with(&self, request: &Request, decode: &mut dyn FnMut(&mut Answer) -> Outcome<()>) -> Result<()> {
        let call = self.call()?;
        let left = |deadline: Instant| deadline.saturating_duration_since(Instant::now());
        let time = self.deadline.map_or(self.policy.timeout, left).min(request.most_time);
        let mut tries = Tries::new(request.idempotent, self.policy.retries, time);
        let mut attempt = 0;
        let mut known = None;
        loop {
            let with_attempts = |error: Error| Error { attempts: attempt, ..error };
            let asked = Instant::now();
            let message = self.message(&call, request, attempt).map_err(with_attempts)?;
            if self.settings.auth.is_callback() {
                tries.postpone(asked.elapsed());
            }
            if call.is_canceled() {
                return Err(with_attempts(Error::canceled()));
            }
            let (credential, proxy) = (message.credential.clone(), message.proxy.clone());
            let secrets = self.secrets(request, [&credential, &proxy[0], &proxy[1]]);
            attempt += 1;
            let began = Instant::now();
            let mut failure = match self.attempt(&call, request, message, &secrets, &tries, decode) {
                Ok(answer) => {
                    let line = || line(request, &secrets, began.elapsed(), attempt, Ok(&answer));
                    self.log(&call, Level::Info, line);
                    return Ok(());
                }
                Err(failure) => failure,
            };
            failure.error.attempts = attempt;
            let wait = tries.after(&failure);
            let level = if wait.is_some() { Level::Warn } else { Level::Error };
            self.log(&call, level, || line(request, &secrets, began.elapsed(), attempt, Err(&failure.error)));
            let Some(wait) = wait else {
                // A repeat that the end of the time cut off tells less than the answer before it.
                let known = known.filter(|_| failure.is_out_of_time() && request.idempotent);
                return Err(known.map_or(failure.error, |known| Error { attempts: attempt, ..known }));
            };
            call.sleep(wait).map_err(|error| Error { attempts: attempt, ..error })?;
            known = failure.error.answer.is_some().then_some(failure.error).or(known);
        }
    }

    #[inline(never)]
    fn message(&self, call: &Call, request: &Request, attempt: u32) -> Result<Message> {
        let uri = match request.elsewhere {
            Some(uri) => uri.clone(),
            None => self.settings.base.uri(request.target)?,
        };
        let content_type = HeaderValue::from_str(request.body.content_type())
            .map_err(|_| Error::argument("the content type contains something other than visible ASCII"))?;
        let builder = http::Request::builder()
            .method(&request.method)
            .uri(&uri)
            .header(ACCEPT_ENCODING, HeaderValue::from_static("gzip"))
            .header(CONTENT_TYPE, content_type)
            .header(USER_AGENT, self.settings.user_agent.clone());
        let presigned = request.signature.filter(|signature| attempt == 0 && signature.is_fresh(self.now()));
        let (builder, date, credential) = match (self.settings.api, request) {
            (Api::Rest, _) => {
                let Signature { date, credential } = match presigned {
                    Some(signature) => signature.clone(),
                    None => self.sign(call, request)?,
                };
                (self.authorized(builder, date, &credential)?, date, credential)
            }
            (Api::Upload, Request { elsewhere: None, bearer: Some(token), .. }) => {
                let bearer = sensitive(["Bearer ", token].concat().into())?;
                (builder.header(AUTHORIZATION, bearer), self.now(), (*token).to_owned().into())
            }
            (Api::Upload, _) => (builder, self.now(), Zeroizing::default()),
        };
        let proxy = self.settings.proxies.before(&uri)?;
        // With other proxies the connector speaks.
        let passes_on =
            proxy.as_ref().filter(|proxy| proxy.takes_requests() && uri.scheme_str() == Some("http"));
        let builder = match passes_on.and_then(Proxy::authorization) {
            Some(authorization) => builder.header(PROXY_AUTHORIZATION, sensitive(authorization)?),
            None => builder,
        };
        let proxy = proxy.map_or_else(Default::default, |proxy| proxy.secrets());
        let request = builder.body(()).expect("its parts are valid");
        Ok(Message { request, date, credential, proxy })
    }

    /// What a peer may send back and nobody else may hear of.
    fn secrets<'a>(&'a self, request: &'a Request, sent: [&'a str; 3]) -> Secrets<'a> {
        let key = self.settings.auth.signer().and_then(|signer| signer.key());
        Secrets::new(sent.into_iter().chain(key).chain(request.secrets.iter().copied()))
    }

    /// A text of the service's from an earlier answer.
    pub fn shown(&self, text: &str) -> String {
        self.secrets(&Request::new(Method::GET, ""), [""; 3]).shown(text, MOST_MESSAGE)
    }

    /// Signs a request that will be sent soon, if a callback of the caller's has to.
    pub fn presign(&self, request: &Request) -> Option<Signature> {
        let call = self.call.as_ref().filter(|_| self.settings.auth.is_callback())?;
        self.sign(call, request).ok()
    }

    fn sign(&self, call: &Call, request: &Request) -> Result<Signature> {
        let Request { method, target, body, .. } = request;
        let body = match body {
            Body::Json(body) => body,
            Body::Content(_) => unreachable!("what the REST API is sent fits into memory"),
        };
        let signable = Signable::new(method.as_str(), target, body);
        let (date, credential) = self.settings.auth.credential(signable, &self.clock, call)?;
        Ok(Signature { date, credential })
    }

    /// Adds who asks and when.
    fn authorized(&self, builder: Builder, date: DateTime<Utc>, credential: &str) -> Result<Builder> {
        // In one piece: a text that grows leaves copies behind.
        let text = [self.settings.auth.scheme(), " ", &self.settings.public_key, ":", credential].concat();
        Ok(builder
            .header(ACCEPT, HeaderValue::from_static(REST_MEDIA_TYPE))
            .header(AUTHORIZATION, sensitive(text.into())?)
            .header(DATE, HeaderValue::try_from(date::http_date(date)).expect("a date is ASCII")))
    }

    #[inline(never)]
    fn attempt(
        &self,
        call: &Arc<Call>,
        request: &Request,
        message: Message,
        secrets: &Secrets,
        tries: &Tries,
        decode: &mut dyn FnMut(&mut Answer) -> Outcome<()>,
    ) -> Outcome<Answer> {
        let Message { request: sent, date, credential, .. } = message;
        let uri = sent.uri().clone();
        let network = self.network.get().ok_or_else(cancel::made_before_fork)?;
        let outcome = exchange(network, call, sent, request.body, tries.deadline(), request.room).and_then(
            |mut answer| {
                answer.maybe_repeated = tries.maybe_done;
                answer.credential = credential;
                if self.settings.api == Api::Upload {
                    answer.take_status_of_envelope();
                }
                if answer.status == 404 && request.method == Method::DELETE && tries.maybe_done {
                    answer = Answer { status: 204, body: String::new(), ..answer };
                }
                if answer.status == 407 {
                    return Err(self.refused_by_proxy(request));
                }
                if !(200..300).contains(&answer.status) {
                    let special = match answer.status {
                        408 | 429 => None,
                        400..=499 if self.corrects_clock(&answer, date) => Some(Repeat::ClockCorrected),
                        409 if request.waits_its_turn => Some(Repeat::WhenItsTurn),
                        _ => None,
                    };
                    // Before anything is made of it.
                    secrets.strike(&mut answer.body);
                    let failure = Failure::of_answer(answer);
                    return Err(Failure { repeat: special.unwrap_or(failure.repeat), ..failure });
                }
                match decode(&mut answer) {
                    Ok(()) => Ok(answer),
                    Err(failure) => Err(failure.with(answer)),
                }
            },
        );
        match outcome {
            Err(_) if call.is_canceled() => Err(Error::canceled().into()),
            Err(mut failure) => {
                if matches!(failure.repeat, Repeat::AtOnce | Repeat::AtOnceIfIdempotent) {
                    network.forget(&uri);
                }
                failure.error.clean(secrets);
                Err(failure)
            }
            done => done,
        }
    }

    /// A proxy that passes requests on has answered itself.
    fn refused_by_proxy(&self, request: &Request) -> Failure {
        let uri = request.elsewhere.cloned().map_or_else(|| self.settings.base.uri(request.target), Ok);
        let proxy = uri.and_then(|uri| self.settings.proxies.before(&uri)).ok().flatten();
        let name = proxy.map_or_else(|| "a proxy".to_owned(), |proxy| proxy.name());
        let message = format!("{name} refused the request: HTTP 407: {}", tunnel::WANTS_USER);
        Error::new(Status::Network, message).into()
    }

    /// Whether the service's clock, told by its refusal, differs from the one that the request was
    /// signed by, which the next one will have right.
    fn corrects_clock(&self, answer: &Answer, sent: DateTime<Utc>) -> bool {
        let signer = self.settings.auth.signer();
        signer.is_some()
            && answer.date().is_some_and(|service| self.clock.correct(sent, service))
            && self.settings.api == Api::Rest
            && matches!(*self.settings.auth, Auth::Signed(_))
    }

    fn log(&self, call: &Call, level: Level, line: impl FnOnce() -> String) {
        if let Some(logger) = self.policy.logger.clone() {
            let line = line();
            call.post(move || logger(level, &line));
        }
    }
}

/// What is logged of a request that has ended.
#[inline(never)]
fn line(
    request: &Request,
    secrets: &Secrets,
    took: Duration,
    attempt: u32,
    outcome: std::result::Result<&Answer, &Error>,
) -> String {
    let warning;
    let (http_status, request_id, failure) = match outcome {
        Ok(answer) => {
            warning = answer.warning();
            (Some(answer.status), answer.request_id(), None)
        }
        Err(Error { message, answer: Some(reply), .. }) => {
            warning = reply.warning.clone();
            (Some(reply.http_status), reply.request_id.as_deref().map(Cow::from), Some(message.as_ref()))
        }
        Err(error) => {
            warning = None;
            (None, None, Some(error.message.as_ref()))
        }
    };
    let line = log::Line {
        method: &request.method,
        target: request.target,
        http_status,
        took,
        attempt,
        request_id: request_id.as_deref(),
        warning: warning.as_deref(),
        failure,
    };
    line.text(secrets)
}
