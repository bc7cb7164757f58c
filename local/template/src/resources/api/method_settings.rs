//! `MethodSettings` of an API: the throttling of its methods. API Gateway: "Stage MethodSetting".

use std::collections::BTreeMap;

use crate::field::{Accepted, Field, optional, or_default};
use crate::model::{Throttle, Throttling};

const SETTING: Accepted = Accepted {
    emulated: &["ResourcePath", "HttpMethod", "ThrottlingRateLimit", "ThrottlingBurstLimit", "CachingEnabled"],
    without_effect: &["CacheDataEncrypted", "CacheTtlInSeconds", "DataTraceEnabled", "LoggingLevel", "MetricsEnabled"],
};

/// An account's own limits, for a setting that names none. API Gateway: "Throttle requests to your REST APIs".
const ACCOUNT: Throttle = Throttle { rate: 10_000.0, burst: 5_000 };

/// The methods that a setting is for.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Methods {
    All,
    /// Path and method.
    One(String, String),
}

/// A setting's limits; `None` where it names none.
struct Limits {
    rate: Option<f64>,
    burst: Option<u32>,
}

impl Limits {
    /// These, and for what they don't name the defaults; `None` if they name nothing.
    fn or(&self, default: Throttle) -> Option<Throttle> {
        let named = self.rate.is_some() || self.burst.is_some();
        named.then(|| Throttle { rate: self.rate.unwrap_or(default.rate), burst: self.burst.unwrap_or(default.burst) })
    }
}

pub(super) fn throttling(field: &Field<'_>) -> Option<Throttling> {
    let mut settings = BTreeMap::new();
    let items: Vec<_> = field.items()?;
    let read: Vec<_> = items.iter().map(setting).collect();
    for (item, read) in items.iter().zip(read) {
        let (methods, limits) = read?;
        if settings.insert(methods, limits).is_some() {
            return item.refuse("is of the same methods as another one");
        }
    }
    let all = settings.remove(&Methods::All).and_then(|limits| limits.or(ACCOUNT));
    let default = all.unwrap_or(ACCOUNT);
    let methods = settings.into_iter().filter_map(|(methods, limits)| match methods {
        Methods::One(path, method) => Some(((path, method), limits.or(default)?)),
        Methods::All => None,
    });
    Some(Throttling { all, methods: methods.collect() })
}

fn setting(field: &Field<'_>) -> Option<(Methods, Limits)> {
    field.only(&SETTING);
    if let Some(caching) = field.get("CachingEnabled")
        && caching.flag() == Some(true)
    {
        caching.note("a cache isn't emulated on one machine");
    }
    let rate = optional(field.get("ThrottlingRateLimit"), |field| rate(&field));
    let burst = optional(field.get("ThrottlingBurstLimit"), |field| field.whole(0..=1_000_000));
    let path = or_default(field.get("ResourcePath"), "/*".to_owned(), |field| field.text());
    let method = or_default(field.get("HttpMethod"), "*".to_owned(), |field| field.text());
    let (rate, burst, path, method) = (rate?, burst?, path?, method?);
    Some((methods(field, &path, method)?, Limits { rate, burst }))
}

/// All methods, or one: a slash within its path is written as `~1`.
fn methods(field: &Field<'_>, path: &str, method: String) -> Option<Methods> {
    match (path, method.as_str()) {
        ("/*", "*") => Some(Methods::All),
        ("/*", _) | (_, "*") => {
            field.refuse(format!("is neither for all methods (`/*` and `*`) nor for one: {method} {path}"))
        }
        ("/", _) => Some(Methods::One("/".to_owned(), method)),
        _ => match path.strip_prefix('/') {
            Some(encoded) if encoded.starts_with("~1") && !encoded.contains('/') => {
                Some(Methods::One(encoded.replace("~1", "/"), method))
            }
            _ => field.refuse(format!("its ResourcePath has to be written /{}", path.replace('/', "~1"))),
        },
    }
}

fn rate(field: &Field<'_>) -> Option<f64> {
    let text = field.text()?;
    let rate = text.parse().ok().filter(|rate: &f64| rate.is_finite() && *rate >= 0.0);
    rate.or_else(|| field.refuse(format!("`{text}` is not a number of requests a second")))
}
