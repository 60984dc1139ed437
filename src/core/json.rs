//! Reading the service's JSON with an open mind: a field that is missing, null or of another
//! type than documented is a field that is not known, never a failed answer.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// A value without parts. It borrows its text from the answer where no escape stands in it.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Scalar<'a> {
    /// Missing, null, or an array or object.
    #[default]
    Nothing,
    Flag(bool),
    Int(i64),
    Float(f64),
    Text(Cow<'a, str>),
}

impl Scalar<'_> {
    pub fn text(&self) -> Option<&str> {
        match self {
            Scalar::Text(text) => Some(text),
            _ => None,
        }
    }

    pub fn flag(&self) -> Option<bool> {
        match self {
            Scalar::Flag(flag) => Some(*flag),
            _ => None,
        }
    }

    /// A whole number of at most 64 bits; any other would have to be changed to be one.
    pub fn int(&self) -> Option<i64> {
        match *self {
            Scalar::Int(int) => Some(int),
            Scalar::Float(float) => Some(float as i64).filter(|&int| int as f64 == float && int != i64::MAX),
            _ => None,
        }
    }

    pub fn float(&self) -> Option<f64> {
        match self {
            Scalar::Int(int) => Some(*int as f64),
            Scalar::Float(float) => Some(*float),
            _ => None,
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Scalar<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor)
    }
}

struct ScalarVisitor;

impl<'de> Visitor<'de> for ScalarVisitor {
    type Value = Scalar<'de>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Scalar::Nothing)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Self::Value, E> {
        Ok(Scalar::Flag(flag))
    }

    fn visit_i64<E>(self, int: i64) -> Result<Self::Value, E> {
        Ok(Scalar::Int(int))
    }

    fn visit_u64<E>(self, int: u64) -> Result<Self::Value, E> {
        Ok(i64::try_from(int).map_or(Scalar::Float(int as f64), Scalar::Int))
    }

    fn visit_f64<E>(self, float: f64) -> Result<Self::Value, E> {
        Ok(Scalar::Float(float))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Scalar::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Scalar::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Scalar::Nothing)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Scalar::Nothing)
    }
}

/// A `T`, or nothing where the value cannot be read as one.
#[derive(Debug)]
pub struct Lenient<T>(pub Option<T>);

impl<T> Default for Lenient<T> {
    fn default() -> Self {
        Lenient(None)
    }
}

impl<T: Default> Lenient<T> {
    pub fn or_default(self) -> T {
        self.0.unwrap_or_default()
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Lenient<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?;
        Ok(Lenient(serde_json::from_str(raw.get()).ok()))
    }
}

/// A `T` with its fields by name. serde alone would take an array for one too, field by field.
#[derive(Debug, Default)]
pub struct Object<T>(pub T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor(PhantomData))
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = Object<T>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Object)
    }
}

/// An object with text values, in the order of the answer. Other values stand as their JSON.
#[derive(Debug, Default)]
pub struct Pairs<'a>(pub Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'de: 'a, 'a> Deserialize<'de> for Pairs<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(PairsVisitor(PhantomData))
    }
}

struct PairsVisitor<'a>(PhantomData<&'a ()>);

impl<'de: 'a, 'a> Visitor<'de> for PairsVisitor<'a> {
    type Value = Pairs<'a>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut pairs = Vec::new();
        while let Some((Scalar::Text(key), value)) = map.next_entry::<Scalar, &RawValue>()? {
            let value = match serde_json::from_str(value.get()) {
                Ok(Scalar::Text(text)) => text,
                _ => Cow::Borrowed(value.get()),
            };
            pairs.push((key, value));
        }
        Ok(Pairs(pairs))
    }
}

/// The bytes of an answer as text; what is not UTF-8 in them becomes U+FFFD.
pub fn text_of(body: Vec<u8>) -> String {
    String::from_utf8(body).unwrap_or_else(|broken| String::from_utf8_lossy(broken.as_bytes()).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scalar(json: &str) -> Scalar<'_> {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_text_without_escapes_is_borrowed_and_one_with_them_is_read() {
        assert!(matches!(scalar(r#""caf\u00e9""#), Scalar::Text(Cow::Owned(text)) if text == "café"));
        assert!(matches!(scalar(r#""café""#), Scalar::Text(Cow::Borrowed("café"))));
    }

    #[test]
    fn a_number_that_is_no_whole_one_of_64_bits_is_no_other_number_either() {
        for json in ["18446744073709551615", "9223372036854775808", "1e30", "-1e300", "2.5"] {
            assert_eq!(scalar(json).int(), None, "{json}");
        }
        assert_eq!(scalar("9223372036854775807").int(), Some(i64::MAX));
        assert_eq!(scalar("2e3").int(), Some(2000));
    }

    #[test]
    fn arrays_and_objects_where_a_scalar_is_due_are_nothing() {
        assert_eq!(scalar(r#"[1, {"a": []}]"#), Scalar::Nothing);
        assert_eq!(scalar(r#"{"a": [1]}"#), Scalar::Nothing);
    }

    #[test]
    fn pairs_keep_their_order_and_values_of_other_types_as_json() {
        let pairs: Pairs = serde_json::from_str(r#"{"z":"1","a":{"b":[2]},"n":null}"#).unwrap();
        let texts: Vec<_> = pairs.0.iter().map(|(k, v)| (k.as_ref(), v.as_ref())).collect();
        assert_eq!(texts, [("z", "1"), ("a", r#"{"b":[2]}"#), ("n", "null")]);
    }
}
