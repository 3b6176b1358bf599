//! Which types may be absent, asked of the type itself, so that an alias of `Option` is one too.

use serde::Deserializer;
use serde::de::value::Error;
use serde::de::{DeserializeOwned, Error as _, Visitor};

/// What an absent field stands for, where the type has an answer.
pub(crate) fn value<T: DeserializeOwned>() -> Option<T> {
    T::deserialize(Missing).ok()
}

/// Whether an absent field is fine for this type.
pub(in crate::tool) fn is_optional<T: DeserializeOwned>() -> bool {
    value::<T>().is_some()
}

/// As serde's derive does for absent fields: there is nothing here but `None`.
struct Missing;

impl<'de> Deserializer<'de> for Missing {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(Error::custom("missing"))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_none()
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}
