use super::State::{Cancelled, Expired, Held, Settled};
use super::*;
use crate::domain::hold_state::SETTLE;
use crate::domain::product::tests::product;

const FIRST: HoldGeneration = HoldGeneration::FIRST;

/// A hold in this state until the tenth second, of the request `f1`.
fn hold(state: State) -> Hold {
    Hold {
        state,
        fingerprint: "f1".to_owned(),
        items: vec![product("Lamp", "Light", 1, 1).priced(1)],
        expires_at: (state == Held).then_some(10),
        ..Hold::cancelled("o1", "r1")
    }
}

#[test]
fn a_hold_as_the_order_knows_it_is_settled_unread() {
    let generations: Vec<HoldGeneration> =
        std::iter::successors(Some(FIRST), |last| Some(last.next())).take(4).collect();
    for generation in &generations {
        for lines_since in generations.iter().filter(|since| *since <= generation) {
            let hold = Hold { generation: *generation, lines_since: *lines_since, ..hold(Held) };
            assert_eq!(hold.on_order(*generation), OnOrder::Settle(SETTLE), "{hold:?}");
        }
    }
}

#[test]
fn only_a_held_hold_whose_time_is_over_expires() {
    let held = Transition { from: Held, to: Expired };
    assert_eq!(hold(Held).expire_at(10), Some(held));
    assert_eq!(hold(Held).expire_at(9), None);
    assert_eq!(Hold { expires_at: None, ..hold(Held) }.expire_at(10), None);
    assert_eq!(Hold { expires_at: Some(10), ..hold(Settled) }.expire_at(10), None);
}

#[test]
fn a_hold_lasts_its_full_time_also_from_the_end_of_a_second() {
    // Given out at 4.999: at 9.999 it is in its time.
    let hold = Hold { expires_at: Some(expiry(4, 5)), ..hold(Held) };
    assert_eq!((hold.expire_at(9), hold.expire_at(10).is_some()), (None, true));
    assert_eq!(expiry(4, 0), 4);
}

#[test]
fn the_same_request_gets_its_hold_and_another_only_an_expired_one() {
    let over = OnRequest::Expire(Transition { from: Held, to: Expired });
    for (state, now, same, another) in [
        (Held, 9, OnRequest::Extend, OnRequest::Refuse),
        (Held, 10, OnRequest::Replace, over),
        (Expired, 10, OnRequest::Replace, OnRequest::Replace),
        (Settled, 10, OnRequest::Report(HoldState::Settled), OnRequest::Refuse),
        (Cancelled, 10, OnRequest::Report(HoldState::Cancelled), OnRequest::Refuse),
    ] {
        let by = |fingerprint| hold(state).on_request(hold(state).is_of(fingerprint), now);
        assert_eq!((by("f1"), by("f2")), (same, another));
    }
    // Nothing was held for it, so there is nothing to compare.
    let marker = Hold::cancelled("o1", "r1");
    assert_eq!(marker.on_request(marker.is_of("f2"), 0), OnRequest::Report(HoldState::Cancelled));
}

#[test]
fn units_are_sold_to_an_order_that_relies_on_the_generation_that_holds_them() {
    let settle = OnOrder::Settle(Transition { from: Held, to: Settled });
    let again = OnOrder::HoldAgain(Transition { from: Expired, to: Held });
    let on_order =
        |state, generation, lines_since, relies_on| Hold { generation, lines_since, ..hold(state) }.on_order(relies_on);
    let second = FIRST.next();
    for (state, first, late, another) in [
        (Held, settle, OnOrder::TellGeneration, OnOrder::Reject),
        (Expired, again, again, OnOrder::Reject),
        (Settled, OnOrder::Nothing, OnOrder::Nothing, OnOrder::Nothing),
        (Cancelled, OnOrder::Nothing, OnOrder::Nothing, OnOrder::Nothing),
    ] {
        assert_eq!(on_order(state, FIRST, FIRST, FIRST), first);
        assert_eq!(on_order(state, second, FIRST, second), first);
        assert_eq!(on_order(state, second, second, second), first);
        assert_eq!(on_order(state, second, FIRST, FIRST), late);
        assert_eq!(on_order(state, second, second, FIRST), another);
    }
}

#[test]
fn a_cancelled_order_ends_every_hold_under_its_id() {
    for state in [Held, Settled, Expired] {
        let cancel = Some(Transition { from: state, to: Cancelled });
        assert_eq!(Hold { lines_since: FIRST.next(), ..hold(state) }.on_cancellation(), cancel);
    }
    assert_eq!(hold(Cancelled).on_cancellation(), None);
}

#[test]
fn a_hold_from_before_generations_is_of_the_first() {
    let held = hold(Held);
    let mut stored = serde_json::to_value(&held).unwrap();
    for field in ["generation", "linesSince"] {
        assert_eq!(stored.as_object_mut().unwrap().remove(field), Some(serde_json::json!(1)));
    }
    assert_eq!(serde_json::from_value::<Hold>(stored).unwrap(), held);
}
