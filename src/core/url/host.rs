//! The hosts of the CDN: https://uploadcare.com/docs/delivery/cdn/

use sha2::{Digest, Sha256};

use crate::core::error::{Error, Result};

const PROJECTS: &str = "ucarecd.net";
const PROXIES: &str = "ucr.io";

const PREFIX_LENGTH: usize = 10;

/// Where a project's files are, unless it says otherwise.
pub fn base(public_key: &str) -> String {
    format!("https://{}.{PROJECTS}", prefix(public_key))
}

/// Where a project's proxy is: its public key is a label of a host name there.
pub fn proxy(public_key: &str) -> Result<String> {
    let is_label = (1..=63).contains(&public_key.len())
        && public_key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !public_key.starts_with('-')
        && !public_key.ends_with('-');
    match is_label {
        true => Ok(format!("https://{public_key}.{PROXIES}")),
        false => Err(Error::argument(
            "public_key of uc_client_new() cannot be part of a host name, as a proxy's is",
        )),
    }
}

/// Whether a host, with its port or without, is that of somebody's proxy.
pub fn is_proxy(host: &str) -> bool {
    below(&name(host), PROXIES).is_some()
}

/// The host that delivers by token only, where `host` is a project's own.
pub fn secure(host: &str) -> Option<String> {
    let name = name(host);
    let prefix = below(&name, PROJECTS)?;
    (!prefix.contains('.')).then(|| format!("{prefix}.s.{PROJECTS}"))
}

/// Without the port and the dot of the root.
fn name(host: &str) -> String {
    let name = host.split_once(':').map_or(host, |(name, _)| name);
    name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase()
}

/// What a host of this domain has in front of it.
fn below<'a>(name: &'a str, domain: &str) -> Option<&'a str> {
    name.strip_suffix(domain)?.strip_suffix('.').filter(|rest| !rest.is_empty())
}

/// The first digits of the SHA-256 of the public key, written in base 36.
fn prefix(public_key: &str) -> String {
    let mut number = Sha256::digest(public_key).to_vec();
    let mut digits = Vec::new();
    while number.iter().any(|byte| *byte != 0) {
        digits.push(char::from_digit(divide(&mut number, 36), 36).expect("a rest is a digit"));
    }
    digits.iter().rev().take(PREFIX_LENGTH).collect()
}

/// Divides a number, the highest byte first, and gives the rest.
fn divide(number: &mut [u8], by: u32) -> u32 {
    number.iter_mut().fold(0, |rest, byte| {
        let part = rest << 8 | u32::from(*byte);
        *byte = (part / by) as u8;
        part % by
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_are_those_of_the_test_vectors() {
        for (public_key, expected) in [
            ("demopublickey", "1s4oyld5dc"),
            ("c8c237984266090ff9b8", "127mbvwq3b"),
            ("3e6ba70c0670de3bef7a", "u51bthcx6t"),
            ("823a5ae6eb3afa5b353f", "ggiwfssv31"),
            ("00000000000000000000", "46kzxlieu3"),
            ("ffffffffffffffffffff", "11jkoghuyz"),
        ] {
            assert_eq!(prefix(public_key), expected);
        }
    }

    #[test]
    fn only_a_project_s_own_host_has_a_secure_one() {
        for host in ["1s4oyld5dc.ucarecd.net", "1S4OYLD5DC.ucarecd.NET", "1s4oyld5dc.ucarecd.net.:443"] {
            assert_eq!(secure(host).as_deref(), Some("1s4oyld5dc.s.ucarecd.net"), "{host}");
        }
        for host in
            ["1s4oyld5dc.s.ucarecd.net", "ucarecd.net", ".ucarecd.net", "xucarecd.net", "ucarecdn.com"]
        {
            assert_eq!(secure(host), None, "{host}");
        }
    }
}
