//! Thousands of odd events, none of which ends the invocation: the same ones in every run.

use serde_json::{Map, Value, json};

use super::odd_events::{rubbish, survives};
use super::{http, rest};

/// xorshift64* (Vigna 2016), which needs no crate.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let drawn = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        usize::try_from(drawn).unwrap() % limit
    }

    fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

/// An event with something in every place that a client can fill.
fn full(event: Value) -> Value {
    let texts = json!({"Host": "shop.example", "Accept": "*/*", "Authorization": "Bearer a.b.c", "content-type": "application/json"});
    let lists: Map<String, Value> =
        texts.as_object().unwrap().iter().map(|(name, text)| (name.clone(), json!([text, text]))).collect();
    let mut event = event;
    for name in ["headers", "queryStringParameters", "pathParameters", "stageVariables"] {
        event[name] = texts.clone();
    }
    for name in ["multiValueHeaders", "multiValueQueryStringParameters"] {
        event[name] = Value::Object(lists.clone());
    }
    event["cookies"] = json!(["a=1", "b=2"]);
    event["rawQueryString"] = json!("a=1&b=2");
    event["body"] = json!("{}");
    event["requestContext"]["authorizer"] =
        json!({"id": "u1", "exp": "1", "lambda": {"id": "u1"}, "jwt": {"claims": {"sub": "u1"}}});
    event
}

/// Changes any text, and whether something is there. The types of numbers, maps and lists are the gateway's.
fn spoil(value: &mut Value, random: &mut Random, rubbish: &[String]) {
    match value {
        Value::String(text) if random.one_in(3) => text.clone_from(random.pick(rubbish)),
        Value::Bool(flag) if random.one_in(2) => *flag = !*flag,
        Value::Array(elements) => {
            elements.iter_mut().for_each(|element| spoil_or_drop(element, random, rubbish));
            if random.one_in(4) {
                elements.clear();
            }
        }
        Value::Object(fields) => {
            fields.values_mut().for_each(|field| spoil_or_drop(field, random, rubbish));
            let all_texts = fields.values().all(|field| field.is_string() || field.is_null());
            if all_texts && random.one_in(2) {
                fields.insert(random.pick(rubbish).clone(), json!(random.pick(rubbish)));
            }
        }
        _ => {}
    }
}

fn spoil_or_drop(value: &mut Value, random: &mut Random, rubbish: &[String]) {
    if random.one_in(8) {
        *value = Value::Null;
    } else {
        spoil(value, random, rubbish);
    }
}

#[test]
fn no_event_that_a_client_can_shape_ends_the_invocation() {
    let rubbish: Vec<String> = rubbish().into_iter().filter(|text| text.len() < 1_000).collect();
    let mut random = Random(0x5EED);
    for round in 0..1_000 {
        let mut event = full(if round % 2 == 0 { rest(json!({})) } else { http(json!({})) });
        for (_, field) in event.as_object_mut().unwrap().iter_mut().filter(|(name, _)| *name != "requestContext") {
            spoil_or_drop(field, &mut random, &rubbish);
        }
        // Without it, the event is no gateway's.
        spoil(&mut event["requestContext"], &mut random, &rubbish);
        if event["requestContext"]["requestId"].is_string() {
            event["requestContext"]["requestId"] = json!("gateway-1");
        }
        survives(&event);
    }
}
