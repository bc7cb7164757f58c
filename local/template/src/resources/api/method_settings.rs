//! `MethodSettings` of an API: throttling, for all methods together. API Gateway: "Stage MethodSetting".

use crate::field::{Accepted, Field, optional, or_default};
use crate::model::Throttle;

const SETTING: Accepted = Accepted {
    emulated: &["ResourcePath", "HttpMethod", "ThrottlingRateLimit", "ThrottlingBurstLimit", "CachingEnabled"],
    without_effect: &["CacheDataEncrypted", "CacheTtlInSeconds", "DataTraceEnabled", "LoggingLevel", "MetricsEnabled"],
};

/// An account's own limits, for a setting that names none. API Gateway: "Throttle requests to your REST APIs".
const ACCOUNT: Throttle = Throttle { rate: 10_000.0, burst: 5_000 };

pub(super) fn throttle(field: &Field<'_>) -> Option<Option<Throttle>> {
    let settings: Vec<_> = field.items()?.iter().map(setting).collect();
    let settings: Vec<_> = settings.into_iter().collect::<Option<_>>()?;
    let mut throttles = settings.into_iter().flatten();
    let throttle = throttles.next();
    if throttles.next().is_some() {
        return field.refuse("throttles all methods twice");
    }
    Some(throttle)
}

fn setting(field: &Field<'_>) -> Option<Option<Throttle>> {
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
    if rate.is_none() && burst.is_none() {
        return Some(None);
    }
    if (path.as_str(), method.as_str()) != ("/*", "*") {
        return field.refuse(format!("throttling {method} {path} alone isn't emulated: only `/*` and `*`"));
    }
    Some(Some(Throttle { rate: rate.unwrap_or(ACCOUNT.rate), burst: burst.unwrap_or(ACCOUNT.burst) }))
}

fn rate(field: &Field<'_>) -> Option<f64> {
    let text = field.text()?;
    let rate = text.parse().ok().filter(|rate: &f64| rate.is_finite() && *rate >= 0.0);
    rate.or_else(|| field.refuse(format!("`{text}` is not a number of requests a second")))
}
