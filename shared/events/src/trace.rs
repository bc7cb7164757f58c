//! Conversion between the two forms of a trace id: the header of AWS X-Ray and that of W3C Trace Context.

/// `Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1` (AWS X-Ray, "Tracing header") as
/// the W3C's `00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01`.
pub(crate) fn traceparent(xray: &str) -> Option<String> {
    let part = |name: &str| xray.split(';').find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='));
    let (epoch, random) = part("Root")?.strip_prefix("1-")?.split_once('-')?;
    let parent = part("Parent")?;
    let sampled = u8::from(part("Sampled") == Some("1"));
    (hex(epoch, 8) && hex(random, 24) && hex(parent, 16)).then(|| format!("00-{epoch}{random}-{parent}-{sampled:02}"))
}

fn hex(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The conversion back, for the message that carries an event.
pub(crate) fn xray(traceparent: &str) -> Option<String> {
    let [_, trace, parent, flags] = traceparent.split('-').collect::<Vec<_>>().try_into().ok()?;
    if !hex(trace, 32) || !hex(parent, 16) || !hex(flags, 2) {
        return None;
    }
    let (epoch, random) = trace.split_at_checked(8)?;
    let sampled = u8::from(u8::from_str_radix(flags, 16).ok()? & 1 == 1);
    Some(format!("Root=1-{epoch}-{random};Parent={parent};Sampled={sampled}"))
}

#[cfg(test)]
mod tests {
    use local_fuzz_inputs::{cases, spoiled, texts};
    use proptest::prelude::*;

    use super::*;

    const XRAY: &str = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
    const W3C: &str = "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01";

    #[test]
    fn a_trace_id_is_converted_to_the_w3c_form_and_back() {
        assert_eq!(traceparent(XRAY).as_deref(), Some(W3C));
        assert_eq!(xray(W3C).as_deref(), Some(XRAY));
        assert_eq!(xray(&traceparent(&XRAY.replace("Sampled=1", "Sampled=0")).unwrap()).unwrap().pop(), Some('0'));
    }

    #[test]
    fn a_malformed_trace_id_is_dropped() {
        for rubbish in [
            "",
            "Root=1-5759e988-bd862e3fe1be46a994272793",
            "Root=2-a-b;Parent=c",
            "Root=1-5759e98g-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8",
            "Root=1-5759e988-bd862e3fe1be46a99427279;Parent=53995c3f42cd8ad8",
            "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad",
        ] {
            assert_eq!(traceparent(rubbish), None, "{rubbish}");
        }
        for rubbish in [
            "",
            "00-short",
            "00-é-b-01",
            "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-xx",
            "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-+1",
            "00-5759e988;Self=1-53995c3f42cd8ad8-01",
            "00-5759e988bd862e3fe1be46a994272793-x;Self=1-01",
        ] {
            assert_eq!(xray(rubbish), None, "{rubbish}");
        }
    }

    proptest! {
        #![proptest_config(cases())]

        #[test]
        fn a_trace_comes_back_or_is_dropped(text in prop_oneof![texts(), spoiled(&[XRAY, W3C])]) {
            if let Some(w3c) = traceparent(&text) {
                prop_assert_eq!(xray(&w3c).as_deref().and_then(traceparent), Some(w3c));
            }
            if let Some(header) = xray(&text) {
                prop_assert!(traceparent(&header).is_some(), "{}", header);
            }
        }
    }
}
