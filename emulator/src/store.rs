//! What there is: the groups in the order of their creation.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::clock;
use crate::pages::Dated;
use crate::seed::{self, Seed};

pub struct Group {
    uuid: Uuid,
    created: DateTime<Utc>,
    /// Its number in the seed. Orders groups of one time, too.
    pub number: usize,
    pub files_count: usize,
    /// The rest as text, since listings ask for it by the thousand.
    pub id: String,
    pub datetime_created: String,
}

impl Group {
    fn seeded(seed: Seed, number: usize) -> Group {
        let (uuid, created, files_count) =
            (seed::group_uuid(number), seed.created(number), seed.files_count(number));
        let (id, datetime_created) = (format!("{uuid}~{files_count}"), clock::iso(created));
        Group { uuid, created, number, files_count, id, datetime_created }
    }
}

impl Dated for Group {
    fn date(&self) -> DateTime<Utc> {
        self.created
    }
}

pub struct Store {
    pub seed: Seed,
    /// By creation, and by number where that is equal.
    groups: Vec<Group>,
    /// Where to look in `groups`.
    keys: HashMap<Uuid, (DateTime<Utc>, usize)>,
}

impl Store {
    pub fn new(seed: Seed) -> Store {
        let groups: Vec<_> = (0..seed.groups).map(|number| Group::seeded(seed, number)).collect();
        let keys = groups.iter().map(|group| (group.uuid, (group.created, group.number))).collect();
        Store { seed, groups, keys }
    }

    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// The group with this id, `UUID~N`.
    pub fn group(&self, id: &str) -> Option<&Group> {
        self.place(id).map(|place| &self.groups[place])
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
        let place = self.groups.binary_search_by_key(key, |group| (group.created, group.number)).ok()?;
        (id == self.groups[place].id).then_some(place)
    }
}
