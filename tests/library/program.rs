//! A program that is run, and what it told.

use std::process::{Child, Command};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

/// Nothing may take longer.
pub const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Debug)]
pub struct Told {
    pub status: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Told {
    pub fn lines(&self) -> Vec<&str> {
        self.stdout.lines().collect()
    }

    /// What stands in a line behind this word.
    pub fn value(&self, word: &str) -> &str {
        let value = self.stdout.lines().find_map(|line| line.strip_prefix(word)?.strip_prefix(' '));
        value.unwrap_or_else(|| panic!("no {word}: {self:?}"))
    }
}

pub fn ends(command: &mut Command) -> Told {
    end_of(command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}")))
}

/// Waits for the end of a program, and ends it where that does not come.
pub fn end_of(program: Child) -> Told {
    let watch = watch(&program);
    let output = program.wait_with_output().unwrap();
    drop(watch);
    Told {
        status: output.status.code().unwrap_or_else(|| panic!("ended by {}", output.status)),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Ends a program that takes too long, unless what this gives is dropped before.
pub fn watch(program: &Child) -> Sender<()> {
    let (id, (ended, hears)) = (program.id(), mpsc::channel::<()>());
    thread::spawn(move || {
        if hears.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
            signal("KILL", id);
        }
    });
    ended
}

pub fn signal(name: &str, id: u32) {
    succeeds(Command::new("kill").args([&format!("-{name}"), &id.to_string()]));
}

pub fn succeeds(command: &mut Command) {
    let status = command.status().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(status.success(), "{command:?}: {status}");
}
