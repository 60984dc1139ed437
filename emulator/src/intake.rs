//! The body of a request, as it comes in.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::{Body, Frame, Incoming};

use crate::service::Silence;

/// It breaks when the client does, or after so many bytes by request.
pub struct Intake {
    body: Incoming,
    left: Option<u64>,
}

impl Intake {
    pub fn new(body: Incoming, breaks_after: Option<u64>) -> Intake {
        Intake { body, left: breaks_after }
    }

    /// Takes what is left for nothing: most clients listen only when they have said everything.
    pub async fn drain(&mut self) -> Result<(), Silence> {
        while let Some(frame) = self.frame().await {
            frame?;
        }
        Ok(())
    }
}

impl Body for Intake {
    type Data = Bytes;
    type Error = Silence;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context,
    ) -> Poll<Option<Result<Frame<Bytes>, Silence>>> {
        if self.left == Some(0) {
            return Poll::Ready(Some(Err(Silence)));
        }
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        let Some(Ok(frame)) = frame else {
            return Poll::Ready(frame.map(|_| Err(Silence)));
        };
        let length = frame.data_ref().map_or(0, Bytes::len);
        self.left = self.left.map(|left| left.saturating_sub(length as u64));
        Poll::Ready(Some(Ok(frame)))
    }
}
