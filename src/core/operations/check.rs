//! Whether operations are what the table says they may be.

use super::mistake::{Mistake, Result, shown};
use super::steps::{Segment, Step, steps};
use super::table::{OPERATIONS, Operation, Order, Parameter, Subject, Writing};
use crate::core::memory::push;

/// The longest side of what comes out.
const MOST_SIDE: u32 = 3000;
const MOST_SIDE_OF_JPEG: u32 = 5000;

/// How far a name may be from the one that was meant.
const NEAR: usize = 2;

/// Checks operations that work on `subject`; `unchecked` only that they can stand in an address.
pub fn check(text: &str, subject: Subject, unchecked: bool) -> Result<()> {
    let steps = steps(text)?;
    if unchecked {
        return check_dashes(&steps, subject);
    }
    let known = known(&steps, subject)?;
    for place in 0..known.len() {
        check_order(&known, place)?;
    }
    check_size(&known)
}

/// Checks each operation for itself, since others may follow.
pub fn check_each(text: &str, subject: Subject, unchecked: bool) -> Result<()> {
    let steps = steps(text)?;
    if unchecked { check_dashes(&steps, subject) } else { known(&steps, subject).map(drop) }
}

/// Only for images are there operations without a dash, whatever the service has learned.
fn check_dashes(steps: &[Step], subject: Subject) -> Result<()> {
    match steps.iter().find(|step| step.writing == Writing::Plain && subject != Subject::Image) {
        None => Ok(()),
        Some(step) => Err(Mistake::new(
            step.name.at,
            format!("{} stands where an operation begins with -/", shown(step.name.text)),
        )),
    }
}

type Known<'a> = (&'a Step<'a>, &'static Operation);

fn known<'a>(steps: &'a [Step<'a>], mut subject: Subject) -> Result<Vec<Known<'a>>> {
    let mut known = Vec::new();
    for step in steps {
        let operation = find(step, subject)?;
        check_parameters(step, operation)?;
        if let Order::First(Some(later)) = operation.order {
            subject = later;
        }
        push(&mut known, (step, operation))?;
    }
    Ok(known)
}

fn find(step: &Step, subject: Subject) -> Result<&'static Operation> {
    let mut of_subject = OPERATIONS.iter().filter(|operation| operation.subject == subject);
    match of_subject.find(|operation| operation.name == step.name.text) {
        Some(operation) if operation.writing == step.writing => Ok(operation),
        Some(operation) => {
            let without = if operation.writing == Writing::Plain { "without -/ in front: " } else { "" };
            let text = format!("{} is written {without}{}", shown(operation.name), operation.usage());
            Err(Mistake::new(step.name.at, text))
        }
        None => Err(Mistake::new(step.name.at, unknown(step.name.text, subject))),
    }
}

/// Why there is no operation of that name, and which there are.
fn unknown(name: &str, subject: Subject) -> String {
    let of_subject = || OPERATIONS.iter().filter(|operation| operation.subject == subject);
    let (shown, these, all) = (shown(name), subject.plural(), names(of_subject()));
    if let Some(other) = OPERATIONS.iter().find(|operation| operation.name == name) {
        return format!(
            "{shown} is an operation for {}; for {these} there are {all}",
            other.subject.plural()
        );
    }
    match nearest(name, of_subject()) {
        Some(near) => format!("there is no operation {shown}; is {near} meant?"),
        None => format!("there is no operation {shown}; there are {all}"),
    }
}

fn names(operations: impl Iterator<Item = &'static Operation>) -> String {
    operations.map(|operation| operation.name).collect::<Vec<_>>().join(", ")
}

fn nearest(name: &str, operations: impl Iterator<Item = &'static Operation>) -> Option<&'static str> {
    let distance = |known: &&str| strsim::damerau_levenshtein(name, known);
    operations.map(|operation| operation.name).min_by_key(distance).filter(|known| distance(known) <= NEAR)
}

/// Where a list of parameters ends to fit a form, and what might have stood there.
struct Misfit {
    depth: usize,
    expected: Vec<&'static Parameter>,
}

fn check_parameters(step: &Step, operation: &'static Operation) -> Result<()> {
    let mut misfits = Vec::new();
    for form in operation.forms {
        match fit(&step.parameters, form) {
            Ok(()) => return Ok(()),
            Err(misfit) => misfits.push(misfit),
        }
    }
    let depth = misfits.iter().map(|misfit| misfit.depth).max().unwrap_or_default();
    let deepest = misfits.into_iter().filter(|misfit| misfit.depth == depth);
    let expected = deepest.flat_map(|misfit| misfit.expected);
    let mut expected: Vec<_> = expected.map(|parameter| parameter.describe(operation.name)).collect();
    expected.dedup();
    let (name, expected) = (operation.name, expected.join("; or "));
    Err(match step.parameters.get(depth) {
        Some(found) if expected.is_empty() => Mistake::new(
            found.at,
            format!(
                "{} is one parameter too many: {name} is written {}",
                shown(found.text),
                operation.usage()
            ),
        ),
        Some(found) => {
            Mistake::new(found.at, format!("{} stands where {name} takes {expected}", shown(found.text)))
        }
        None => Mistake::new(step.end(), format!("{name} lacks {expected}")),
    })
}

fn fit(given: &[Segment], form: &'static [Parameter]) -> std::result::Result<(), Misfit> {
    let mut depth = 0;
    let mut expected = Vec::new();
    for parameter in form {
        match given.get(depth) {
            Some(segment) if parameter.value.accepts(segment.text) => {
                depth += 1;
                expected.clear();
            }
            _ => {
                expected.push(parameter);
                if parameter.required {
                    return Err(Misfit { depth, expected });
                }
            }
        }
    }
    if depth < given.len() { Err(Misfit { depth, expected }) } else { Ok(()) }
}

fn check_order(known: &[Known], place: usize) -> Result<()> {
    let (step, operation) = known[place];
    let next = known.get(place + 1);
    let ends = matches!(operation.order, Order::Last | Order::First(None));
    if let (true, Some((next, _))) = (ends, next) {
        return Err(Mistake::new(
            next.name.at,
            format!("{} stands behind {}, which is the last", shown(next.name.text), operation.name),
        ));
    }
    let text = match operation.order {
        Order::First(_) if place > 0 => format!("{} has to come first", operation.name),
        Order::Before(later) if comes_too_late(known, place, later) => {
            format!("{} has to come before the {later} that it is for", operation.name)
        }
        Order::WithPicture if !known.iter().any(|(_, operation)| operation.makes_picture) => {
            let makers = names(OPERATIONS.iter().filter(|operation| operation.makes_picture));
            format!("{} needs one of {makers} as well; -/preview/ will do", operation.name)
        }
        _ => return Ok(()),
    };
    Err(Mistake::new(step.name.at, text))
}

fn comes_too_late(known: &[Known], place: usize, later: &str) -> bool {
    let is_in = |part: &[Known]| part.iter().any(|(_, operation)| operation.name == later);
    is_in(&known[..place]) && !is_in(&known[place..])
}

/// What comes out may not be too large; on the way to it, images may be larger.
fn check_size(known: &[Known]) -> Result<()> {
    let format = known.iter().rev().find(|(_, operation)| operation.name == "format");
    let is_jpeg = format.is_some_and(|(step, _)| step.parameters[0].text == "jpeg");
    let most = if is_jpeg { MOST_SIDE_OF_JPEG } else { MOST_SIDE };
    let Some((side, step)) =
        known.iter().rev().find_map(|(step, operation)| Some((operation.side(step)?, step)))
    else {
        return Ok(());
    };
    if side <= most {
        return Ok(());
    }
    Err(Mistake::new(
        step.name.at,
        format!(
            "{} makes {side} pixels a side; {MOST_SIDE} may come out at most, or {MOST_SIDE_OF_JPEG} with -/format/jpeg/",
            step.name.text
        ),
    ))
}

impl Operation {
    /// The longest side of what it makes of an image; 0 where it is not told, none where the size stays.
    fn side(&self, step: &Step) -> Option<u32> {
        let resizes = self.subject == Subject::Image && self.parameters().any(|one| one.value.is_side());
        let given = step.parameters.iter();
        let mut sides =
            given.flat_map(|given| self.parameters().filter_map(|one| one.value.side(given.text)));
        resizes.then(|| sides.next().unwrap_or_default())
    }

    fn parameters(&self) -> impl Iterator<Item = &'static Parameter> {
        self.forms.iter().copied().flatten()
    }
}
