//! Takes connections and speaks HTTP/1.1 on them.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::sleep;
use tokio_rustls::TlsAcceptor;

use crate::service::Service;
use crate::wire::{Line, Socket, Wire};

pub async fn run(listener: TcpListener, acceptor: Option<TlsAcceptor>, service: Arc<Service>) {
    let listener = tokio::net::TcpListener::from_std(listener).expect("a listener that does not block");
    for number in 1.. {
        let stream = loop {
            match listener.accept().await {
                Ok((stream, _)) => break stream,
                // Too many open files, say: some will close.
                Err(_) => sleep(Duration::from_millis(10)).await,
            }
        };
        tokio::spawn(connection(stream, acceptor.clone(), service.clone(), Line::new(number)));
    }
}

async fn connection(stream: TcpStream, acceptor: Option<TlsAcceptor>, service: Arc<Service>, line: Line) {
    // Without a delay, so that every byte of a slow answer leaves at its time.
    let _ = stream.set_nodelay(true);
    match acceptor {
        None => talk(stream, service, line).await,
        Some(acceptor) => {
            if let Ok(stream) = acceptor.accept(stream).await {
                talk(stream, service, line).await;
            }
        }
    }
}

async fn talk<S: Socket>(stream: S, service: Arc<Service>, line: Line) {
    let line = Arc::new(line);
    let wire = Wire::new(stream, line.clone());
    let answers = service_fn(|request| {
        let (service, line) = (service.clone(), line.clone());
        async move { service.call(request, &line).await }
    });
    // How a connection ends is the client's business, or was asked for.
    let _ =
        http1::Builder::new().title_case_headers(true).serve_connection(TokioIo::new(wire), answers).await;
}
