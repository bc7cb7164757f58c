//! What production's functions decide. The values they decide about are made once, as there are few and making one takes
//! longer than a step.

use std::collections::HashMap;
use std::sync::LazyLock;

use contracts::hold_generation::HoldGeneration;
use contracts::reserve_stock::{Line, ReserveRequest};
use envelope::Caller;
use products::domain::hold;
use products::domain::hold_state::State;
use products::domain::product::Product;
use products::domain::reservation::Reservation;
use serde_json::json;

use crate::records::{BODIES, Hold, PRODUCTS};

/// Generations that are made, and more than any run gets to.
pub const GENERATIONS: u32 = 9;

/// When the time of every hold is over, in seconds.
const END: u64 = 100;

/// Most units of a product, and one more.
const STOCKS: usize = 4;

/// The fingerprints of requests with these bodies.
pub const FINGERPRINTS: [&str; BODIES.len()] = ["f0", "f1"];

const IDS: [&str; PRODUCTS] = ["01920000-0000-7000-8000-000000000000", "01920000-0000-7000-8000-000000000001"];

/// The generation with this number.
pub fn generation(number: u32) -> HoldGeneration {
    static ALL: LazyLock<Vec<HoldGeneration>> = LazyLock::new(|| {
        let first = HoldGeneration::FIRST;
        // None has the number 0.
        std::iter::once(first)
            .chain(std::iter::successors(Some(first), |generation| Some(generation.next())))
            .take(GENERATIONS as usize)
            .collect()
    });
    ALL[number as usize]
}

impl Hold {
    /// The hold as the product service has it.
    pub fn stored(&self) -> &'static hold::Hold {
        static ALL: LazyLock<Vec<hold::Hold>> = LazyLock::new(|| every_hold().map(|hold| hold.made()).collect());
        &ALL[self.index()]
    }

    /// A time before or after its end, as seconds since the epoch.
    pub fn now(&self) -> u64 {
        if self.is_over { END } else { END - 1 }
    }

    fn index(&self) -> usize {
        let (state, body) = (self.state as u32, u32::from(self.body));
        assert!(self.generation.number() < GENERATIONS, "too many generations");
        (((state * GENERATIONS + self.generation.number()) * GENERATIONS + self.lines_since.number()) * 2 + body)
            as usize
    }

    fn made(&self) -> hold::Hold {
        hold::Hold {
            generation: self.generation,
            lines_since: self.lines_since,
            state: self.state,
            expires_at: (self.state == State::Held).then_some(END),
            ..reservation(self.body, &products([3, 3]), None).unwrap()
        }
    }
}

/// In the order of their index.
fn every_hold() -> impl Iterator<Item = Hold> {
    let states = [State::Held, State::Settled, State::Expired, State::Cancelled];
    let numbers = || 0..GENERATIONS;
    states.into_iter().flat_map(move |state| {
        numbers().flat_map(move |number| {
            numbers().flat_map(move |since| {
                [0, 1].map(|body| {
                    let (generation, lines_since) = (generation(number), generation(since));
                    Hold { state, generation, lines_since, body, is_over: false }
                })
            })
        })
    })
}

/// The hold that a request gets while this is in stock, in the place of a `replaced` one if there is one. `None` if it is
/// refused.
pub fn new_hold(body: u8, stock: [u8; PRODUCTS], replaced: Option<&Hold>) -> Option<Hold> {
    type Generations = Option<(HoldGeneration, HoldGeneration)>;
    static ALL: LazyLock<Vec<Generations>> = LazyLock::new(|| {
        let stocks = (0..STOCKS * STOCKS).map(|both| [both / STOCKS, both % STOCKS].map(|units| units as u8));
        let requests = stocks.flat_map(|stock| [0, 1].map(|body| (body, products(stock))));
        requests
            .flat_map(|(body, products)| {
                std::iter::once(None).chain(every_hold().map(Some)).map(move |replaced| {
                    let hold = reservation(body, &products, replaced.map(|replaced| replaced.stored()))?;
                    Some((hold.generation, hold.lines_since))
                })
            })
            .collect()
    });
    // If units were made from nothing, what is said of it is found before what follows.
    let [first, second] = stock.map(|units| usize::from(units).min(STOCKS - 1));
    let request = (first * STOCKS + second) * 2 + usize::from(body);
    let (generation, lines_since) = ALL[request * (1 + HOLDS) + replaced.map_or(0, |replaced| 1 + replaced.index())]?;
    Some(Hold { state: State::Held, generation, lines_since, body, is_over: false })
}

/// Number of different holds.
const HOLDS: usize = (4 * GENERATIONS * GENERATIONS * 2) as usize;

/// The product service's answer to a request with this body.
fn reservation(body: u8, products: &HashMap<String, Product>, replaced: Option<&hold::Hold>) -> Option<hold::Hold> {
    let units = IDS.into_iter().zip(BODIES[usize::from(body)]);
    let lines = units.filter(|(_, units)| *units > 0);
    let lines = lines.map(|(id, units)| Line { product_id: id.to_owned(), quantity: units.into() });
    let request = ReserveRequest {
        order_id: "o".to_owned(),
        fingerprint: FINGERPRINTS[usize::from(body)].to_owned(),
        request_id: "r".to_owned(),
        cause_id: "r".to_owned(),
        caller: Caller::default(),
        items: lines.collect(),
    };
    Reservation::parse(&request).unwrap().hold(products, END, replaced).ok()
}

/// The products with these units in stock.
fn products(stock: [u8; PRODUCTS]) -> HashMap<String, Product> {
    let product = |(id, stock): (&str, u8)| {
        let product = json!({
            "id": id, "name": "Lamp", "description": "", "price": 1, "category": "Light", "stock": stock, "isActive": true,
            "createdAt": "2026-01-31T12:00:00.000Z", "revision": 1,
        });
        (id.to_owned(), serde_json::from_value(product).unwrap())
    };
    IDS.into_iter().zip(stock).map(product).collect()
}
