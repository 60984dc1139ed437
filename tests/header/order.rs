//! The order of the header: sections, and in each the types before the first function that uses them.

use std::collections::{BTreeMap, BTreeSet};

use crate::items::{Item, Kind};
use crate::sections::{Section, place};
use crate::sources::Places;

/// The items of each section, in order.
#[derive(Debug)]
pub struct Order<'a> {
    pub sections: Vec<Vec<&'a Item>>,
    /// The types that are used, behind a pointer, before they are defined.
    pub forward: BTreeSet<&'a str>,
}

/// Functions keep the order of their sources. A type comes before the first function of its section
/// that uses it, and after the types that it is made of; one that no function uses comes before what
/// its source has next. What is needed by value in an earlier section moves there.
pub fn order<'a>(items: &'a [Item], sections: &[Section], sources: &Places) -> Result<Order<'a>, String> {
    let by_name: BTreeMap<&str, &Item> = items.iter().map(|item| (item.name.as_str(), item)).collect();
    if by_name.len() < items.len() {
        return Err("cbindgen declares an item twice".to_owned());
    }
    let mut members: Vec<Vec<_>> = sections.iter().map(|_| Vec::new()).collect();
    for item in items {
        let (file, line) = sources
            .get(&item.name)
            .ok_or_else(|| format!("{} is in the header, and no line of src/ffi begins it", item.name))?;
        let (section, entry) = place(sections, &item.name, file)?;
        members[section].push(((entry, file, *line), item));
    }
    let mut walk = Walk { by_name, members: BTreeSet::new(), before: BTreeMap::new(), order: Order::new() };
    for mut members in members {
        members.sort_by_key(|(place, _)| *place);
        walk.section(members.into_iter().map(|(_, item)| item).collect());
    }
    Ok(walk.order)
}

impl Order<'_> {
    fn new() -> Self {
        Self { sections: Vec::new(), forward: BTreeSet::new() }
    }
}

struct Walk<'a> {
    by_name: BTreeMap<&'a str, &'a Item>,
    /// Those of the section in hand.
    members: BTreeSet<&'a str>,
    /// The types that no function uses, by the item that they stand before.
    before: BTreeMap<&'a str, Vec<&'a Item>>,
    order: Order<'a>,
}

impl<'a> Walk<'a> {
    fn section(&mut self, members: Vec<&'a Item>) {
        self.order.sections.push(Vec::new());
        self.members = members.iter().map(|item| item.name.as_str()).collect();
        let used = self.used_by_functions(&members);
        let mut unused = Vec::new();
        for item in &members {
            if item.is_type() && !used.contains(item.name.as_str()) {
                unused.push(*item);
            } else {
                self.before.insert(&item.name, std::mem::take(&mut unused));
            }
        }
        for function in members.into_iter().filter(|item| !item.is_type()) {
            self.put(function, &mut BTreeSet::new());
        }
        for item in unused {
            self.put(item, &mut BTreeSet::new());
        }
    }

    /// All types that the functions of the section lead to.
    fn used_by_functions(&self, members: &[&'a Item]) -> BTreeSet<&'a str> {
        let mut used = BTreeSet::new();
        let mut open: Vec<&Item> = members.iter().copied().filter(|item| !item.is_type()).collect();
        while let Some(item) = open.pop() {
            for (name, _) in item.uses() {
                if let Some(item) = self.by_name.get(name.as_str())
                    && used.insert(item.name.as_str())
                {
                    open.push(item);
                }
            }
        }
        used
    }

    fn is_there(&self, item: &Item) -> bool {
        self.order.sections.iter().flatten().any(|other| other.name == item.name)
    }

    /// `open` are those that are being put, for types that point at each other.
    fn put(&mut self, item: &'a Item, open: &mut BTreeSet<&'a str>) {
        if self.is_there(item) || !open.insert(&item.name) {
            return;
        }
        for unused in self.before.remove(item.name.as_str()).unwrap_or_default() {
            self.put(unused, open);
        }
        let mut uses: Vec<(&Item, bool)> = Vec::new();
        for (name, by_value) in item.uses() {
            uses.extend(self.by_name.get(name.as_str()).map(|other| (*other, by_value)));
        }
        // What a function makes is told before how.
        uses.sort_by_key(|(other, _)| other.kind != Kind::Opaque);
        for (other, by_value) in &uses {
            if *by_value || self.members.contains(other.name.as_str()) {
                self.put(other, open);
            }
        }
        let late =
            uses.iter().filter(|(other, _)| !self.is_there(other)).map(|(other, _)| other.name.as_str());
        let late: Vec<_> = late.collect();
        self.order.forward.extend(late);
        self.order.sections.last_mut().expect("the section in hand").push(item);
        open.remove(item.name.as_str());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::items;

    const SECTIONS: &[Section] = &[
        Section { title: "One", about: "", takes: &["one.rs"] },
        Section { title: "Two", about: "", takes: &["two.rs", "more.rs"] },
    ];

    /// The names in their sections, and the forward declarations.
    fn ordered(header: &str, files: &[(&str, &[&str])]) -> Result<(Vec<String>, Vec<String>), String> {
        let items = items::read(header)?;
        let mut sources = Places::new();
        for (file, names) in files {
            let lines = names.iter().enumerate();
            sources.extend(lines.map(|(line, name)| (name.to_string(), (file.to_string(), line))));
        }
        let order = order(&items, SECTIONS, &sources)?;
        let sections = order.sections.iter();
        let sections = sections.map(|section| section.iter().map(|item| &item.name[..]).collect::<Vec<_>>());
        Ok((
            sections.map(|names| names.join(" ")).collect(),
            order.forward.iter().map(|name| name.to_string()).collect(),
        ))
    }

    #[test]
    fn a_type_comes_before_the_first_function_that_uses_it() {
        let header = "typedef struct {\n    int b;\n} uc_b;\ntypedef struct {\n    const uc_c *c;\n} uc_a;\n\
                      typedef struct uc_c uc_c;\nvoid uc_3(uc_b *b);\nvoid uc_2(uc_a *a);\nvoid uc_1(int a);\n";
        let made = ordered(header, &[("one.rs", &["uc_a", "uc_b", "uc_1", "uc_2", "uc_3", "uc_c"])]).unwrap();
        assert_eq!(made, (vec!["uc_1 uc_c uc_a uc_2 uc_b uc_3".into(), "".into()], vec![]));
    }

    #[test]
    fn a_type_of_a_later_section_is_declared_first_behind_a_pointer_and_moves_as_a_value() {
        let header = "typedef struct {\n    uc_b b;\n    uc_fn f;\n} uc_a;\ntypedef struct {\n    int b;\n} uc_b;\n\
                      typedef void (*uc_fn)(uc_c *c);\ntypedef struct uc_c uc_c;\n\
                      void uc_1(uc_a *a);\nvoid uc_2(uc_c *c, uc_b *b);\n";
        let made =
            ordered(header, &[("one.rs", &["uc_a", "uc_1"]), ("two.rs", &["uc_b", "uc_fn", "uc_c", "uc_2"])]);
        let sections = vec!["uc_b uc_fn uc_a uc_1".into(), "uc_c uc_2".into()];
        assert_eq!(made, Ok((sections, vec!["uc_c".into()])));
    }

    #[test]
    fn a_type_that_no_function_uses_comes_before_what_its_source_has_next() {
        let header = "enum uc_e {\n    UC_E = 0,\n};\nenum uc_f {\n    UC_F = 0,\n};\ntypedef struct {\n    int e;\n} uc_a;\n\
                      void uc_1(uc_a *a);\nvoid uc_2(int b);\n";
        let made = ordered(header, &[("one.rs", &["uc_2", "uc_e", "uc_a", "uc_1", "uc_f"])]).unwrap();
        assert_eq!(made.0, ["uc_2 uc_e uc_a uc_1 uc_f", ""]);
    }

    #[test]
    fn files_come_in_the_order_of_their_section() {
        let header = "void uc_1(void);\nvoid uc_2(void);\n";
        let made = ordered(header, &[("more.rs", &["uc_1"]), ("two.rs", &["uc_2"])]).unwrap();
        assert_eq!(made.0, ["", "uc_2 uc_1"]);
    }

    #[test]
    fn types_that_point_at_each_other_are_declared_first() {
        let header = "typedef struct {\n    const uc_b *b;\n} uc_a;\ntypedef struct {\n    const uc_a *a;\n    \
                      const uc_b *b;\n} uc_b;\nvoid uc_1(uc_a *a);\n";
        let made = ordered(header, &[("one.rs", &["uc_a", "uc_b", "uc_1"])]).unwrap();
        assert_eq!(made, (vec!["uc_b uc_a uc_1".into(), "".into()], vec!["uc_a".into(), "uc_b".into()]));
    }

    #[test]
    fn what_has_no_source_or_no_section_is_named() {
        let error = ordered("void uc_1(void);\n", &[]).unwrap_err();
        assert!(error.contains("uc_1") && error.contains("src/ffi"), "{error}");
        let error = ordered("void uc_1(void);\n", &[("new.rs", &["uc_1"])]).unwrap_err();
        assert!(error.contains("uc_1 is in no section") && error.contains("src/ffi/new.rs"), "{error}");
    }
}
