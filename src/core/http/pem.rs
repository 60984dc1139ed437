//! Certificates in PEM form, as OpenSSL reads them and a little more: any text around the blocks,
//! lines of any length, byte order marks and white space around lines.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{GeneralPurpose, GeneralPurposeConfig};

/// A block and what it is called at its ends. The second is an old name of the first.
const LABELS: [&[u8]; 3] = [b"CERTIFICATE", b"X509 CERTIFICATE", TRUSTED];

/// The certificate is followed by what its owner trusts it with.
const TRUSTED: &[u8] = b"TRUSTED CERTIFICATE";

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

const BASE64: GeneralPurpose =
    GeneralPurpose::new(&STANDARD, GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true));

/// The certificates of a file, but those that are marked as not trusted with servers.
pub fn certificates(file: &[u8]) -> Result<Vec<Vec<u8>>, String> {
    let mut found = Vec::new();
    let mut lines = file.split(|byte| *byte == b'\n').map(bare).zip(1..);
    while let Some((line, number)) = lines.next() {
        let Some(label) = LABELS.into_iter().find(|label| is_border(line, b"BEGIN ", label)) else {
            continue;
        };
        let damaged = || format!("the certificate that begins in line {number} is damaged");
        let mut text = Vec::new();
        let end = loop {
            match lines.next().map(|(line, _)| line) {
                Some(line) if !line.starts_with(b"-----") => {
                    text.extend(line.iter().filter(|byte| !byte.is_ascii_whitespace()));
                }
                end => break end,
            }
        };
        if !end.is_some_and(|line| is_border(line, b"END ", label)) {
            return Err(format!("the certificate that begins in line {number} has no end"));
        }
        let der = BASE64.decode(text).map_err(|_| damaged())?;
        let (_, rest) = element(&der, SEQUENCE).ok_or_else(damaged)?;
        let trust = if label == TRUSTED { rest } else { &[] };
        if is_trusted_with_servers(trust).ok_or_else(damaged)? {
            found.push(der[..der.len() - rest.len()].to_vec());
        }
    }
    Ok(found)
}

/// A line without what editors and systems put around it.
fn bare(line: &[u8]) -> &[u8] {
    line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line).trim_ascii()
}

fn is_border(line: &[u8], word: &[u8], label: &[u8]) -> bool {
    let name = line.strip_prefix(b"-----").and_then(|rest| rest.strip_suffix(b"-----"));
    name.and_then(|name| name.strip_prefix(word)) == Some(label)
}

const SEQUENCE: u8 = 0x30;
const REJECTED: u8 = 0xa0;

/// `serverAuth` and `anyExtendedKeyUsage`, as they stand in lists of what a certificate is for.
const SERVERS: &[u8] = b"\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x01";
const ANYTHING: &[u8] = b"\x06\x04\x55\x1d\x25\x00";

/// Reads what follows a certificate: a list of what it is trusted with, and one of what it is not,
/// either of which may be missing.
fn is_trusted_with_servers(trust: &[u8]) -> Option<bool> {
    if trust.is_empty() {
        return Some(true);
    }
    let (mut lists, _) = element(trust, SEQUENCE)?;
    let mut is_trusted = true;
    if let Some((trusted, rest)) = element(lists, SEQUENCE) {
        is_trusted = names_servers(trusted)?;
        lists = rest;
    }
    if let Some((rejected, _)) = element(lists, REJECTED) {
        is_trusted &= !names_servers(rejected)?;
    }
    Some(is_trusted)
}

fn names_servers(mut list: &[u8]) -> Option<bool> {
    while !list.is_empty() {
        if list.starts_with(SERVERS) || list.starts_with(ANYTHING) {
            return Some(true);
        }
        (_, list) = element(list, 0x06)?;
    }
    Some(false)
}

/// What stands in the DER element that `bytes` begin with, and what follows it.
fn element(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&length, rest) = bytes.strip_prefix(&[tag])?.split_first()?;
    match length {
        ..=0x7f => rest.split_at_checked(length.into()),
        // More than three bytes count more than the largest file has.
        0x81..=0x83 => {
            let (length, rest) = rest.split_at_checked((length & 0x7f).into())?;
            rest.split_at_checked(length.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::http::sign::unhex;

    const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
    const END: &str = "-----END CERTIFICATE-----";

    /// Enough for a certificate here: a SEQUENCE, in base64 `MAMCAQU=`.
    const DER: [u8; 5] = [0x30, 3, 2, 1, 5];

    /// How many there are, all of them whole.
    fn count(file: impl AsRef<[u8]>) -> Result<usize, String> {
        let found = certificates(file.as_ref())?;
        assert!(found.iter().all(|der| *der == DER), "{found:?}");
        Ok(found.len())
    }

    /// What OpenSSL 3.0 reads, but for the last four, which it passes over or refuses.
    #[test]
    fn the_forms_that_openssl_reads_are_read() {
        let usual = format!("{BEGIN}\nMAMCAQU=\n{END}\n");
        for (file, certificates) in [
            (usual.clone(), 1),
            (usual.repeat(3), 3),
            (format!("\u{feff}{usual}"), 1),
            (format!("# Issuer: CN=x\nsubject=a: b\n\n{usual}\nnotes\n{usual}more"), 2),
            (usual.replace('\n', "\r\n"), 1),
            (usual.replace('\n', " \t\n"), 1),
            (usual.replace('\n', "\r\r\n"), 1),
            (usual.trim_end().to_owned(), 1),
            (format!("{BEGIN}\n\nM A\tM\n  C\nAQ\nU\n=\n{END}\n"), 1),
            (format!("{}\n{usual}", "#".repeat(70_000)), 1),
            (usual.replace("CERTIFICATE", "X509 CERTIFICATE"), 1),
            (usual.replace("CERTIFICATE", "TRUSTED CERTIFICATE"), 1),
            (format!("{}{usual}", usual.replace("CERTIFICATE", "X509 CRL")), 1),
            (format!("{}{usual}", usual.replace("CERTIFICATE", "PRIVATE KEY")), 1),
            (usual.replace("MAMCAQU=", "MAMCAQUA"), 1),
            (usual.replace("MAMCAQU=", "MAMCAQV="), 1),
            (format!("x {usual}"), 0),
            (usual.replace("CERTIFICATE", "certificate"), 0),
            (usual.replace("CERTIFICATE-----", "CERTIFICATE----- x"), 0),
            (String::new(), 0),
            ("-----BEGIN ".to_owned(), 0),
            (format!("\u{feff}{usual}\u{feff}{usual}"), 2),
            (format!("  {BEGIN}\n\tMAMCAQU=\n  {END}"), 1),
            (format!("{BEGIN}\nMAMC\n\nAQU=\n\n{END}"), 1),
            (format!("-----BEGIN PRIVATE KEY-----\nMAMC\n{usual}"), 1),
        ] {
            assert_eq!(count(&file), Ok(certificates), "{file:?}");
        }
        assert_eq!(count([b"Aussteller: M\xfcller\n", usual.as_bytes()].concat()), Ok(1));
    }

    #[test]
    fn a_damaged_certificate_is_named_by_its_line() {
        let usual = format!("{BEGIN}\nMAMCAQU=\n{END}\n");
        for (block, what) in [
            (format!("{BEGIN}\nMAM*AQU=\n{END}\n"), "is damaged"),
            (format!("{BEGIN}\nMAMCAQU\n{END}\n"), "is damaged"),
            (format!("{BEGIN}\nComment: x\n\nMAMCAQU=\n{END}\n"), "is damaged"),
            (format!("{BEGIN}\nMAMCAQ==\n{END}\n"), "is damaged"),
            (format!("{BEGIN}\nAAAA\n{END}\n"), "is damaged"),
            (format!("{BEGIN}\nMIT/////\n{END}\n"), "is damaged"),
            (format!("{BEGIN}\n{END}\n"), "is damaged"),
            (format!("{BEGIN}\nMAMCAQU=\n"), "has no end"),
            (format!("{BEGIN}\nMAMCAQU=\n{BEGIN}\n"), "has no end"),
            (format!("{BEGIN}\nMAMCAQU=\n-----END X509 CERTIFICATE-----\n"), "has no end"),
        ] {
            let expected = format!("the certificate that begins in line 4 {what}");
            assert_eq!(count(format!("{usual}{block}")), Err(expected), "{block:?}");
        }
    }

    /// What `openssl x509 -trustout` writes behind a certificate.
    #[test]
    fn what_is_not_trusted_with_servers_is_passed_over() {
        for (options, trust, certificates) in [
            ("-addtrust serverAuth", "300c300a06082b06010505070301", 1),
            ("-addtrust anyExtendedKeyUsage", "300830060604551d2500", 1),
            ("-addtrust emailProtection", "300c300a06082b06010505070304", 0),
            ("-addreject serverAuth", "300ca00a06082b06010505070301", 0),
            ("-addreject emailProtection", "300ca00a06082b06010505070304", 1),
            ("-setalias foo", "30050c03666f6f", 1),
            (
                "-addtrust serverAuth -addreject anyExtendedKeyUsage",
                "3014300a06082b06010505070301a0060604551d2500",
                0,
            ),
        ] {
            let trust = unhex(trust.as_bytes()).unwrap();
            let text = BASE64.encode([&DER[..], &trust].concat());
            let file =
                format!("-----BEGIN TRUSTED CERTIFICATE-----\n{text}\n-----END TRUSTED CERTIFICATE-----\n");
            assert_eq!(count(file), Ok(certificates), "{options}");
        }
    }
}
