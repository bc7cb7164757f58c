//! A number for a JSON value, the same in whatever order its objects have their members.

use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// Another toolchain may make another number of the same value: then a call repeated over its change is refused, not
/// made twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Digest(u64);

impl Digest {
    fn of(value: impl Hash) -> Self {
        let mut hasher = DefaultHasher::new();
        value.hash(&mut hasher);
        Self(hasher.finish())
    }

    /// As SQLite keeps it.
    pub(super) fn value(self) -> i64 {
        self.0.cast_signed()
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Digest;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Digest, E> {
        Ok(Digest::of("null"))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Digest, E> {
        Ok(Digest::of(("bool", value)))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Digest, E> {
        Ok(Digest::of(("i64", value)))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Digest, E> {
        Ok(Digest::of(("u64", value)))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Digest, E> {
        Ok(Digest::of(("f64", value.to_bits())))
    }

    fn visit_str<E>(self, value: &str) -> Result<Digest, E> {
        Ok(Digest::of(("string", value)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Digest, A::Error> {
        let mut all = Digest::of("array");
        while let Some(element) = seq.next_element::<Digest>()? {
            all = Digest::of((all, element));
        }
        Ok(all)
    }

    /// A sum doesn't tell in which order the members came.
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Digest, A::Error> {
        let (mut sum, mut members) = (0_u64, 0_u64);
        while let Some(member) = map.next_entry::<Digest, Digest>()? {
            sum = sum.wrapping_add(Digest::of(member).0);
            members += 1;
        }
        Ok(Digest::of(("object", members, sum)))
    }
}

#[cfg(test)]
mod tests {
    use super::Digest;

    fn digest(json: &str) -> Digest {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn the_order_of_members_is_nothing_and_everything_else_counts() {
        let put = r#"[{"Put":{"Item":{"id":{"S":"a"},"n":{"N":"1"}}}},{"b":[1,-1,1.5,true,null]}]"#;
        assert_eq!(
            digest(put),
            digest(r#"[{"Put":{"Item":{"n":{"N":"1"},"id":{"S":"a"}}}},{"b":[1,-1,1.5,true,null]}]"#)
        );
        for other in [
            r#"[{"b":[1,-1,1.5,true,null]},{"Put":{"Item":{"id":{"S":"a"},"n":{"N":"1"}}}}]"#,
            r#"[{"Put":{"Item":{"id":{"S":"a"},"n":{"N":"2"}}}},{"b":[1,-1,1.5,true,null]}]"#,
            r#"[{"Put":{"Item":{"id":{"N":"1"},"n":{"S":"a"}}}},{"b":[1,-1,1.5,true,null]}]"#,
            r#"[{"Put":{"Item":{"id":{"S":"a"}},"n":{"N":"1"}}},{"b":[1,-1,1.5,true,null]}]"#,
            r#"[{"Put":{"Item":{"id":{"S":"a"},"n":{"N":"1"}}}},{"b":[1,-1,1.5,false,null]}]"#,
        ] {
            assert_ne!(digest(put), digest(other), "{other}");
        }
        assert_ne!(digest("[]"), digest("{}"));
        assert_ne!(digest(r#"{"a":1,"b":2}"#), digest(r#"{"a":2,"b":1}"#));
    }
}
