//! What there is: the groups in the order of their creation, the files that are no longer as they
//! were seeded or never were, the project's settings and what lies in its storages.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::clock::{self, Clock};
use crate::documents::ConvertedGroups;
use crate::jobs::Jobs;
use crate::pages::Dated;
use crate::project::Project;
use crate::seed::{self, Seed};
use crate::seeded_file;
use crate::uploads::ledger::Uploads;
use crate::webhooks::Webhooks;

pub struct Group {
    uuid: Uuid,
    created: DateTime<Utc>,
    /// Its number in the seed.
    number: usize,
    /// Orders groups of one time.
    rank: i64,
    pub files_count: usize,
    /// The files of a group that was not seeded, and the operations they are delivered with.
    files: Vec<(Uuid, String)>,
    /// The rest as text, since listings ask for it by the thousand.
    pub id: String,
    pub datetime_created: String,
}

impl Group {
    fn new(uuid: Uuid, created: DateTime<Utc>, number: usize, files_count: usize) -> Group {
        let (id, datetime_created) = (format!("{uuid}~{files_count}"), clock::iso(created));
        let rank = number as i64;
        Group { uuid, created, number, rank, files_count, files: Vec::new(), id, datetime_created }
    }

    fn seeded(seed: Seed, number: usize) -> Group {
        Group::new(seed::group_uuid(number), seed.created(number), number, seed.files_count(number))
    }

    /// Its files in their order, removed ones included, with the operations they are delivered with.
    pub fn files(&self) -> Vec<(Uuid, String)> {
        if self.files.is_empty() {
            let effects = |place| if place % 4 == 3 { "resize/x800/" } else { "" };
            let file = |place| (seed::file_uuid(self.number, place), effects(place).to_owned());
            (0..self.files_count).map(file).collect()
        } else {
            self.files.clone()
        }
    }
}

impl Dated for Group {
    fn date(&self) -> DateTime<Utc> {
        self.created
    }
}

/// What listings have to know of a file that they may leave out.
#[derive(Clone, Copy)]
pub struct Entry {
    pub uuid: Uuid,
    pub uploaded: DateTime<Utc>,
    pub is_stored: bool,
    pub is_removed: bool,
}

impl Entry {
    fn of(uuid: Uuid, file: &Value) -> Entry {
        let uploaded = file["datetime_uploaded"].as_str().and_then(clock::parse_iso);
        Entry {
            uuid,
            uploaded: uploaded.expect("every file has its time"),
            is_stored: !file["datetime_stored"].is_null(),
            is_removed: !file["datetime_removed"].is_null(),
        }
    }
}

impl Dated for Entry {
    fn date(&self) -> DateTime<Utc> {
        self.uploaded
    }
}

/// A file is a JSON object as its info gives it, but without its addresses (`url`,
/// `original_file_url`), which `files::present` adds, and always with its `appdata`.
pub struct Store {
    pub project: Project,
    /// The addresses of the objects that were copied to storages of the project.
    pub objects: HashSet<String>,
    pub jobs: Jobs,
    pub webhooks: Webhooks,
    pub uploads: Uploads,
    /// Files that have the content of another one, which was uploaded.
    pub copies: HashMap<Uuid, Uuid>,
    /// Of documents, by their UUIDs.
    pub converted_groups: HashMap<Uuid, ConvertedGroups>,
    clock: Arc<Clock>,
    seed: Seed,
    /// By creation, and by rank where that is equal.
    groups: Vec<Group>,
    /// Where to look in `groups`.
    keys: HashMap<Uuid, (DateTime<Utc>, i64)>,
    next_group: usize,
    /// All but those that are as they were seeded.
    files: HashMap<Uuid, Value>,
    /// Those that were not seeded, in the order in which they came.
    added: Vec<Uuid>,
    /// Of all files, by upload; made when it is asked for, and again after a change.
    entries: OnceCell<Vec<Entry>>,
}

impl Store {
    pub fn new(seed: Seed, project: Project, clock: Arc<Clock>) -> Store {
        let groups: Vec<_> = (0..seed.groups).map(|number| Group::seeded(seed, number)).collect();
        let keys = groups.iter().map(|group| (group.uuid, (group.created, group.rank))).collect();
        Store {
            project,
            objects: HashSet::new(),
            jobs: Jobs::default(),
            webhooks: Webhooks::default(),
            uploads: Uploads::default(),
            copies: HashMap::new(),
            converted_groups: HashMap::new(),
            clock,
            seed,
            groups,
            keys,
            next_group: seed.groups,
            files: HashMap::new(),
            added: Vec::new(),
            entries: OnceCell::new(),
        }
    }

    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// The group with this id, `UUID~N`.
    pub fn group(&self, id: &str) -> Option<&Group> {
        self.place(id).map(|place| &self.groups[place])
    }

    /// A new group of these files, such as a video's thumbnails. Gives its id.
    pub fn add_group(&mut self, files: &[Uuid]) -> String {
        self.add_group_of(files.iter().map(|uuid| (*uuid, String::new())).collect())
    }

    /// The same, with the operations that each file is delivered with.
    pub fn add_group_of(&mut self, files: Vec<(Uuid, String)>) -> String {
        self.add_group_at(self.clock.now(), false, files)
    }

    /// The same, as if made at that time: behind the groups of the same time, or in front of them.
    pub fn add_group_at(
        &mut self,
        created: DateTime<Utc>,
        in_front: bool,
        files: Vec<(Uuid, String)>,
    ) -> String {
        let mut group = Group::new(Uuid::new_v4(), created, self.next_group, files.len());
        group.files = files;
        group.rank *= if in_front { -1 } else { 1 };
        let id = group.id.clone();
        self.next_group += 1;
        let key = (group.created, group.rank);
        self.keys.insert(group.uuid, key);
        let place = self.groups.partition_point(|other| (other.created, other.rank) < key);
        self.groups.insert(place, group);
        id
    }

    /// Removes a group; its files stay. Says whether it was there.
    pub fn delete_group(&mut self, id: &str) -> bool {
        let Some(place) = self.place(id) else { return false };
        let group = self.groups.remove(place);
        self.keys.remove(&group.uuid);
        true
    }

    fn place(&self, id: &str) -> Option<usize> {
        let (uuid, _) = id.split_once('~')?;
        let key = self.keys.get(&Uuid::try_parse(uuid).ok()?)?;
        let place = self.groups.binary_search_by_key(key, |group| (group.created, group.rank)).ok()?;
        (id == self.groups[place].id).then_some(place)
    }

    /// The file as it is now, removed ones included.
    pub fn file(&self, uuid: Uuid) -> Option<Value> {
        self.files.get(&uuid).cloned().or_else(|| {
            let (group, place) = self.seed.find_file(uuid)?;
            Some(seeded_file::describe(self.seed, group, place))
        })
    }

    /// The file, unless it was removed.
    pub fn present_file(&self, uuid: Uuid) -> Option<Value> {
        self.file(uuid).filter(|file| file["datetime_removed"].is_null())
    }

    /// Changes a file that is there, removed or not; false where there is none.
    pub fn change_file(&mut self, uuid: Uuid, change: impl FnOnce(&mut Value)) -> bool {
        let Some(mut file) = self.file(uuid) else { return false };
        change(&mut file);
        self.files.insert(uuid, file);
        self.entries.take();
        true
    }

    /// Adds a file, uploaded now. What `file` does not tell is as in a file of which nothing is
    /// known yet: not ready, not stored, without a type.
    pub fn add_file(&mut self, file: Value) -> Uuid {
        self.add_file_as(Uuid::new_v4(), file)
    }

    /// The same, with a UUID that is known already.
    pub fn add_file_as(&mut self, uuid: Uuid, file: Value) -> Uuid {
        let mut added = json!({
            "original_filename": "", "size": 0, "mime_type": "", "is_image": null, "is_ready": false,
            "datetime_stored": null, "datetime_removed": null, "variations": null, "content_info": null,
            "metadata": {}, "tags": [], "appdata": null,
        });
        let Value::Object(told) = file else { unreachable!("a file is an object") };
        added.as_object_mut().expect("so was it made").extend(told);
        added["uuid"] = json!(uuid.to_string());
        added["datetime_uploaded"] = json!(self.now());
        self.files.insert(uuid, added);
        self.added.push(uuid);
        self.entries.take();
        uuid
    }

    /// Stores a file; once stored, it stays as it is.
    pub fn store_file(&mut self, uuid: Uuid) -> bool {
        let now = self.now();
        self.change_file(uuid, |file| {
            if file["datetime_stored"].is_null() {
                file["datetime_stored"] = json!(now);
            }
        })
    }

    /// Removes a file: its info still answers, but nothing else knows it.
    pub fn remove_file(&mut self, uuid: Uuid) -> bool {
        let now = self.now();
        self.change_file(uuid, |file| {
            file["datetime_stored"] = Value::Null;
            file["datetime_removed"] = json!(now);
        })
    }

    /// All files in ascending order of their upload, removed ones included.
    pub fn files(&self) -> &[Entry] {
        self.entries.get_or_init(|| {
            let seeded = self.seed.files().map(|(group, place)| {
                let uuid = seed::file_uuid(group, place);
                let changed = self.files.get(&uuid).map(|file| Entry::of(uuid, file));
                changed.unwrap_or_else(|| seeded_file::entry(self.seed, group, place))
            });
            let added = self.added.iter().map(|uuid| Entry::of(*uuid, &self.files[uuid]));
            let mut entries: Vec<_> = seeded.chain(added).collect();
            entries.sort_by_key(|entry| entry.uploaded);
            entries
        })
    }

    /// The time by the emulator's clock, as files tell it.
    pub fn now(&self) -> String {
        clock::iso(self.clock.now())
    }
}
