//! A plain HTTP client that shows every byte, and the requests to ask with.

// Each test program uses its part.
#![allow(dead_code)]

pub mod cdn;
pub mod uploads;

use std::fmt::Display;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use chrono::{DateTime, Utc};
use hmac::{Hmac, Mac};
use md5::{Digest, Md5};
use serde_json::Value;
use sha1::Sha1;
use uploadcare_emulator::{Emulator, Options};

pub const API_TYPE: &str = "application/vnd.uploadcare-v0.7+json";

pub fn emulator(groups: usize) -> Emulator {
    Emulator::start(Options { groups, ..Options::default() }).unwrap()
}

#[derive(Clone)]
pub struct Request {
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Request {
    pub fn plain(method: &str, target: &str) -> Request {
        Request { method: method.into(), target: target.into(), headers: Vec::new(), body: Vec::new() }
    }

    /// Signed now, as the documentation says.
    pub fn signed(method: &str, target: &str) -> Request {
        Request::dated(method, target, "Date", &http_date(SystemTime::now().into()))
    }

    /// Signed with this date, in this header.
    pub fn dated(method: &str, target: &str, header: &str, date: &str) -> Request {
        Request::plain(method, target)
            .with("Accept", API_TYPE)
            .with("Content-Type", "application/json")
            .with(header, date)
            .sign("demopublickey", "demosecretkey")
    }

    pub fn with(mut self, name: &str, value: &str) -> Request {
        self.headers.push((name.into(), value.into()));
        self
    }

    pub fn without(mut self, name: &str) -> Request {
        self.headers.retain(|(present, _)| present != name);
        self
    }

    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Request {
        self.body = body.into();
        self
    }

    /// Sends it to another target than was signed.
    pub fn to(mut self, target: &str) -> Request {
        self.target = target.into();
        self
    }

    /// Signs what is there, anew.
    pub fn sign(self, public_key: &str, secret_key: &str) -> Request {
        let value =
            |name: &str| self.headers.iter().find(|(present, _)| present == name).map(|(_, value)| &**value);
        let lines = [
            &*self.method,
            &format!("{:x}", Md5::digest(&self.body)),
            value("Content-Type").unwrap_or_default(),
            value("X-Uploadcare-Date").or(value("Date")).unwrap_or_default(),
            &*self.target,
        ];
        let mut mac = Hmac::<Sha1>::new_from_slice(secret_key.as_bytes()).unwrap();
        mac.update(lines.join("\n").as_bytes());
        let signature = format!("Uploadcare {public_key}:{:x}", mac.finalize().into_bytes());
        self.without("Authorization").with("Authorization", &signature)
    }
}

pub fn http_date(time: DateTime<Utc>) -> String {
    time.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    head: String,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(present, _)| present.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

pub struct Connection {
    stream: BufReader<TcpStream>,
    host: String,
}

impl Connection {
    pub fn open(emulator: &Emulator) -> Connection {
        let host = emulator.base().split_once("//").unwrap().1.to_owned();
        let stream = TcpStream::connect(&host).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        Connection { stream: BufReader::new(stream), host }
    }

    pub fn ask(&mut self, request: &Request) -> io::Result<Reply> {
        self.send(request)?;
        self.receive()
    }

    pub fn send(&mut self, request: &Request) -> io::Result<()> {
        let Request { method, target, headers, body } = request;
        let mut bytes = format!("{method} {target} HTTP/1.1\r\n");
        if !headers.iter().any(|(name, _)| name == "Host") {
            bytes += &format!("Host: {}\r\n", self.host);
        }
        for (name, value) in headers {
            bytes += &format!("{name}: {value}\r\n");
        }
        if headers.iter().any(|(name, _)| name == "Transfer-Encoding") {
            let size = if body.is_empty() { String::new() } else { format!("{:x}\r\n", body.len()) };
            let end = if body.is_empty() { "0\r\n\r\n" } else { "\r\n0\r\n\r\n" };
            bytes += &format!("\r\n{size}");
            return self.stream.get_mut().write_all(&[bytes.as_bytes(), body, end.as_bytes()].concat());
        }
        bytes += &format!("Content-Length: {}\r\n\r\n", body.len());
        self.stream.get_mut().write_all(&[bytes.as_bytes(), body].concat())
    }

    /// An answer to its end; an answer that has none is an error.
    pub fn receive(&mut self) -> io::Result<Reply> {
        let mut reply = self.receive_head()?;
        let length = reply.header("Content-Length").map_or(0, |length| length.parse().unwrap());
        reply.body.resize(length, 0);
        self.stream.read_exact(&mut reply.body)?;
        Ok(reply)
    }

    pub fn receive_head(&mut self) -> io::Result<Reply> {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if self.stream.read_line(&mut head)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Ok(Reply { status, head, body: Vec::new() })
    }

    /// Whatever comes before the connection ends, and how it ends.
    pub fn receive_rest(&mut self) -> (Vec<u8>, io::Result<()>) {
        let mut rest = Vec::new();
        let end = self.stream.read_to_end(&mut rest).map(drop);
        (rest, end)
    }

    pub fn read_exact(&mut self, bytes: &mut [u8]) {
        self.stream.read_exact(bytes).unwrap();
    }

    pub fn is_closed(&mut self) -> bool {
        matches!(self.stream.fill_buf(), Ok([]))
    }
}

/// Asks on a connection of its own.
pub fn ask(emulator: &Emulator, request: &Request) -> Reply {
    Connection::open(emulator).ask(request).unwrap()
}

pub fn get(emulator: &Emulator, target: &str) -> Reply {
    ask(emulator, &Request::signed("GET", target))
}

/// All that is known of a file.
pub fn file_info(emulator: &Emulator, uuid: &str) -> Value {
    let reply = get(emulator, &format!("/files/{uuid}/?include=appdata"));
    assert_eq!(reply.status, 200, "{uuid}: {}", reply.text());
    reply.json()
}

/// Asks with a body, signed.
pub fn send(emulator: &Emulator, method: &str, target: &str, body: impl Display) -> Reply {
    let request = Request::signed(method, target).body(body.to_string());
    ask(emulator, &request.sign("demopublickey", "demosecretkey"))
}

/// The same, for something that must be refused with 400 and this.
pub fn refused(emulator: &Emulator, method: &str, target: &str, body: impl Display, refusal: Value) {
    let reply = send(emulator, method, target, &body);
    assert_eq!((reply.status, reply.json()), (400, refusal), "{method} {target} {body}");
}

/// The truth about the files, in ascending order of their upload.
pub fn all_files(emulator: &Emulator) -> Vec<Value> {
    control(emulator, "GET", "files", "")["files"].as_array().unwrap().clone()
}

/// The UUID of the first file of this name.
pub fn named(emulator: &Emulator, name: &str) -> String {
    let files = all_files(emulator);
    let file = files.iter().find(|file| file["original_filename"] == name).expect(name);
    file["uuid"].as_str().unwrap().to_owned()
}

/// Steers the emulator.
pub fn control(emulator: &Emulator, method: &str, path: &str, json: &str) -> Value {
    let reply = ask(emulator, &Request::plain(method, &format!("/_emulator/{path}")).body(json));
    assert_eq!(reply.status, 200, "{method} {path} {json}: {}", reply.text());
    reply.json()
}

pub fn fault(emulator: &Emulator, json: &str) {
    control(emulator, "POST", "faults", json);
}

/// Waits until something that must soon be so is so.
pub fn eventually(is_so: impl Fn() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < Duration::from_secs(10), "still not so");
        thread::sleep(Duration::from_millis(1));
    }
}

/// What the log tells of the n-th request.
pub fn logged(emulator: &Emulator, number: usize) -> Value {
    control(emulator, "GET", "requests", "")["requests"][number].clone()
}

pub fn ids(groups: &Value) -> Vec<String> {
    groups.as_array().unwrap().iter().map(|group| group["id"].as_str().unwrap().to_owned()).collect()
}

/// The ids of all groups, in ascending order.
pub fn truth(emulator: &Emulator) -> Vec<String> {
    ids(&control(emulator, "GET", "groups", "")["groups"])
}

/// A link of a page, as a target; it must lead back to the emulator.
pub fn link(emulator: &Emulator, page: &Value, name: &str) -> Option<String> {
    page[name].as_str().map(|link| link.strip_prefix(emulator.base()).unwrap().to_owned())
}

/// All pages from this target on, by their `next` or `previous`.
pub fn walk(emulator: &Emulator, target: &str, direction: &str) -> Vec<Value> {
    let mut connection = Connection::open(emulator);
    let mut pages = Vec::new();
    let mut target = Some(target.to_owned());
    while let Some(at) = target {
        let reply = connection.ask(&Request::signed("GET", &at)).unwrap();
        assert_eq!(reply.status, 200, "{at}: {}", reply.text());
        pages.push(reply.json());
        assert!(pages.len() < 1000, "endless: {at}");
        target = link(emulator, &pages[pages.len() - 1], direction);
    }
    pages
}

pub fn ids_of_all(pages: &[Value]) -> Vec<String> {
    pages.iter().flat_map(|page| ids(&page["results"])).collect()
}
