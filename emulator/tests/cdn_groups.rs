//! Groups on the CDN: the list, single files with what was done to them, and archives.

mod client;

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use client::cdn::*;
use client::uploads::*;
use client::*;
use image::GenericImageView;
use uploadcare_emulator::Emulator;

/// A group of these files, each a UUID or an address with operations.
fn group(emulator: &Emulator, files: &[&str]) -> String {
    let names: Vec<_> = (0..files.len()).map(|number| format!("files[{number}]")).collect();
    let fields = names.iter().zip(files).map(|(name, file)| (&**name, *file));
    let fields: Vec<_> = [SMALL_KEY].into_iter().chain(fields).collect();
    post(emulator, "/group/", &fields).json()["id"].as_str().unwrap().to_owned()
}

#[test]
fn the_list_leads_to_all_files() {
    let emulator = emulator(12);
    let quarters = upload_quarters(&emulator, 8, 4);
    let note = upload_as(&emulator, "<i>.txt", "text/plain", b"one");
    let group = group(&emulator, &[&quarters, &note]);
    let reply = fetched(&emulator, &format!("/{group}/"));
    assert_eq!(reply.header("Content-Type"), Some("text/html; charset=utf-8"));
    for text in ["href=\"nth/0/\"", "href=\"nth/1/\"", &*quarters, &*note, "quarters.png", "&lt;i&gt;.txt"] {
        assert!(reply.text().contains(text), "{text} in {}", reply.text());
    }
    let escaped = group.replace('~', "%7e");
    assert_eq!(fetched(&emulator, &format!("/{escaped}/nth/1/")).body, b"one");
    for gallery in ["gallery", "gallery/", "gallery/-/nav/thumbs/"] {
        let page = fetched(&emulator, &format!("/{group}/{gallery}"));
        assert!(page.text().contains(&format!("href=\"/{group}/nth/1/\"")), "{}", page.text());
    }
}

#[test]
fn a_file_comes_as_it_was_put_into_the_group() {
    let emulator = emulator(1);
    let quarters = upload_quarters(&emulator, 80, 40);
    let changed = format!("https://ucarecdn.com/{quarters}/-/resize/40x/-/flip/");
    let note = upload(&emulator);
    let group = group(&emulator, &[&quarters, &changed, &note]);
    for (path, size, colors) in [
        ("nth/0/", (80, 40), "rgbw"),
        ("nth/1/", (40, 20), "bwrg"),
        ("nth/1/-/mirror/-/format/png/", (40, 20), "wbgr"),
        ("nth/1/-/resize/x10/picture.jpg", (20, 10), "bwrg"),
    ] {
        let picture = picture(&fetched(&emulator, &format!("/{group}/{path}")));
        assert_eq!((picture.dimensions(), &*corners(&picture)), (size, colors), "{path}");
    }
    let reply = fetched(&emulator, &format!("/{group}/nth/2/letter.txt"));
    assert_eq!(reply.body, b"hello");
    assert_eq!(reply.header("Content-Disposition"), Some("attachment; filename=\"letter.txt\""));
}

#[test]
fn what_is_not_in_a_group_is_not_found_and_a_group_takes_no_operations() {
    let emulator = emulator(1);
    let group = group(&emulator, &[&upload(&emulator)]);
    for (path, status) in [
        ("nth/1/", 404),
        ("nth/-1/", 404),
        ("nth/x/", 404),
        ("nth/0", 404),
        ("other/", 404),
        ("-/preview/", 400),
        ("nth/0/-/preview/", 400),
        ("archive/rar/", 400),
    ] {
        assert_eq!(fetch(&emulator, &format!("/{group}/{path}")).status, status, "{path}");
    }
    let (uuid, _) = group.split_once('~').unwrap();
    assert_eq!(fetch(&emulator, &format!("/{uuid}~2/")).status, 404);
}

#[test]
fn archives_hold_the_originals_under_names_of_their_own() {
    let emulator = emulator(1);
    let quarters = upload_quarters(&emulator, 80, 40);
    let original = fetched(&emulator, &format!("/{quarters}/")).body;
    let changed = format!("https://ucarecdn.com/{quarters}/-/flip/-/resize/40x/");
    let long = format!("{}.bin", "long".repeat(50));
    let noise = noise(300_000);
    let files = [
        changed,
        upload(&emulator),
        upload_as(&emulator, "note.txt", "text/plain", b"another"),
        upload_as(&emulator, "Ж.txt", "text/plain", b""),
        upload_as(&emulator, "..", "text/plain", b"up"),
        upload_as(&emulator, &long, "text/plain", &noise),
    ];
    let group = group(&emulator, &files.each_ref().map(|file| &**file));
    let expected = BTreeMap::from([
        ("quarters.png".to_owned(), original),
        ("note.txt".to_owned(), b"hello".to_vec()),
        ("note (2).txt".to_owned(), b"another".to_vec()),
        ("Ж.txt".to_owned(), Vec::new()),
        (files[4].clone(), b"up".to_vec()),
        (long, noise),
    ]);

    let zipped = fetched(&emulator, &format!("/{group}/archive/zip/"));
    assert_eq!(zipped.header("Content-Type"), Some("application/zip"));
    assert!(unzipped(zipped.body) == expected);
    let tarred = fetched(&emulator, &format!("/{group}/archive/tar/all.tar"));
    assert_eq!(tarred.header("Content-Type"), Some("application/x-tar"));
    assert_eq!(tarred.header("Content-Disposition"), Some("attachment; filename=\"all.tar\""));
    assert!(untarred(&tarred.body) == expected);
}

fn unzipped(bytes: Vec<u8>) -> BTreeMap<String, Vec<u8>> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let places = 0..archive.len();
    let file = |place| {
        let mut file = archive.by_index(place).unwrap();
        let mut content = Vec::new();
        file.read_to_end(&mut content).unwrap();
        (file.name().to_owned(), content)
    };
    places.map(file).collect()
}

fn untarred(bytes: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut archive = tar::Archive::new(bytes);
    let file = |file: std::io::Result<tar::Entry<&[u8]>>| {
        let mut file = file.unwrap();
        let mut content = Vec::new();
        file.read_to_end(&mut content).unwrap();
        (file.path().unwrap().to_str().unwrap().to_owned(), content)
    };
    archive.entries().unwrap().map(file).collect()
}

#[test]
fn a_group_that_is_too_large_or_not_whole_makes_no_archive() {
    let emulator = emulator(12);
    let backup = group(&emulator, &[&named(&emulator, "backup.tar")]);
    let reply = fetch(&emulator, &format!("/{backup}/archive/zip/"));
    assert_eq!((reply.status, reply.text().contains("2 GB")), (400, true));
    let note = upload(&emulator);
    let group = group(&emulator, &[&note]);
    assert_eq!(fetch(&emulator, &format!("/{group}/archive/tar/")).status, 200);
    assert_eq!(send(&emulator, "DELETE", &format!("/files/{note}/storage/"), "").status, 200);
    assert_eq!(fetch(&emulator, &format!("/{group}/archive/tar/")).status, 404);
    assert_eq!(fetch(&emulator, &format!("/{group}/nth/0/")).status, 404);
    assert!(fetched(&emulator, &format!("/{group}/")).text().contains("not there"));
}
