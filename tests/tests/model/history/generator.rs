//! Histories from a seed. What is hard for a shop is likely: an order that fails, the end of its hold's time, a product
//! that is edited meanwhile, and the same request again.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};

use super::plan::{Next, plan};
use super::{
    Basket, CATEGORIES, CUSTOMERS, Change, Consumer, Details, Filter, History, KEYED, Operation, Outage, Purchase,
    Step, Trouble, WORDS,
};

/// Functions that are killed. Those that make products are spared: an id that no client was told can't be followed.
const MORTAL: [&str; 8] = [
    "CreateOrderFunction",
    "ReserveStockFunction",
    "PublishOrdersFunction",
    "PublishProductsFunction",
    "SettleReservationFunction",
    "ApplyStockEventFunction",
    "NotifyFunction",
    "IndexProductsFunction",
];

/// The most products of a history.
const PRODUCTS: usize = 3;

/// The history of this seed.
pub fn generate(seed: u64) -> History {
    let mut random = StdRng::seed_from_u64(seed);
    let is_calm = random.random_bool(0.6);
    let length = random.random_range(14..26);
    let mut generator = Generator {
        random,
        is_calm,
        products: 0,
        keyless: 0,
        baskets: BTreeMap::new(),
        troubled: BTreeSet::new(),
        held_up: BTreeSet::new(),
        plan: VecDeque::new(),
    };
    let mut steps: Vec<Step> = (0..2).map(|_| Step(vec![generator.offer()])).collect();
    while steps.len() < length {
        if is_calm {
            steps.push(Step(vec![generator.operation()]));
        } else {
            steps.extend(generator.crowded());
        }
    }
    History { is_calm, steps }
}

struct Generator {
    random: StdRng,
    is_calm: bool,
    /// Products so far.
    products: usize,
    /// Purchases without a key so far.
    keyless: usize,
    /// What was asked for last under each key.
    baskets: BTreeMap<Purchase, Basket>,
    /// Purchases that may be unwritten, because something went wrong.
    troubled: BTreeSet<Purchase>,
    held_up: BTreeSet<Consumer>,
    /// What comes next, between other things.
    plan: VecDeque<Next>,
}

impl Generator {
    /// One to three operations that get along beside each other, before one that is for no other to meet.
    fn crowded(&mut self) -> Vec<Step> {
        let mut operations = Vec::new();
        let mut alone = None;
        for _ in 0..self.random.random_range(1..=3) {
            let next = self.operation();
            if next == Operation::Restart {
                // It finds the others at work.
                operations.retain(survives_a_restart);
                operations.push(next);
                break;
            }
            if matches!(next, Operation::Offer { .. } | Operation::HoldUp(..) | Operation::Recover) {
                alone = Some(next);
                break;
            }
            if operations.iter().all(|other| get_along(other, &next)) {
                operations.push(next);
            }
        }
        let steps = [operations, alone.into_iter().collect()];
        steps.into_iter().filter(|step| !step.is_empty()).map(Step).collect()
    }

    fn operation(&mut self) -> Operation {
        let next = if self.random.random_bool(0.8) { self.plan.pop_front() } else { None };
        let planned = next.and_then(|next| match next {
            Next::HoldsTimeOut => Some(Operation::HoldsTimeOut),
            Next::Sweep => Some(Operation::Sweep),
            Next::Edit => Some(self.edit()),
            Next::HoldUp(consumer) => Some(self.hold_up(consumer)),
            Next::Again => self.again(),
            Next::Recover => Some(self.recover()),
        });
        let operation = planned.unwrap_or_else(|| if self.baskets.is_empty() { self.keyed() } else { self.any() });
        if let Operation::Order { trouble: Some(_), .. } = operation
            && self.plan.is_empty()
        {
            self.plan = plan(&mut self.random);
        }
        operation
    }

    fn any(&mut self) -> Operation {
        let product = self.product();
        let (purchase, customer) = (self.known_purchase(), self.random.random_range(0..CUSTOMERS));
        // One in eight is a stranger.
        let by = if self.random.random_ratio(1, 8) { customer } else { purchase.customer() };
        match self.random.random_range(0..100) {
            0..8 => {
                self.keyless += 1;
                let purchase = Purchase(KEYED + self.keyless - 1);
                Operation::Order { purchase, basket: self.basket(), trouble: None }
            }
            8..32 => self.keyed(),
            32..37 => Operation::HoldsTimeOut,
            37..42 => Operation::Sweep,
            42..54 => self.edit(),
            54..62 => {
                let consumer = self.consumer();
                self.hold_up(consumer)
            }
            62..68 if !(self.is_calm && self.held_up.is_empty()) => self.recover(),
            62..70 => Operation::ChangeStock { product, by: [-3, -2, -1, 1, 2, 4][self.random.random_range(0..6)] },
            70..78 => Operation::Cancel { purchase, by },
            78..81 => Operation::ShowProduct { product },
            81..84 => Operation::ShowOrder { purchase, by },
            84..87 => Operation::ListOrders { customer },
            87..92 => Operation::Browse(self.filter()),
            92..94 => Operation::MarkRead { customer, nth: self.random.random_range(0..3) },
            94..96 if self.products < PRODUCTS => self.offer(),
            99 => {
                self.held_up.clear();
                Operation::Restart
            }
            _ => Operation::Kill(MORTAL.choose(&mut self.random).copied().unwrap_or(MORTAL[0])),
        }
    }

    fn offer(&mut self) -> Operation {
        let product = self.products;
        self.products += 1;
        let details = Details {
            name: self.name(),
            description: self.word().to_owned(),
            price: self.price(),
            category: self.random.random_range(0..CATEGORIES.len()),
            is_active: true,
        };
        Operation::Offer { product, details, stock: self.random.random_range(2..9) }
    }

    fn edit(&mut self) -> Operation {
        let change = match self.random.random_range(0..10) {
            0..3 => Change::IsActive(false),
            3..5 => Change::IsActive(true),
            5..8 => Change::Price(self.price()),
            8 => Change::Name(self.name()),
            _ if self.random.random() => Change::Category(self.random.random_range(0..CATEGORIES.len())),
            _ => Change::Description(self.word().to_owned()),
        };
        let product = self.troubled_product().unwrap_or_else(|| self.product());
        Operation::Edit { product, change }
    }

    fn consumer(&mut self) -> Consumer {
        match self.random.random_range(0..10) {
            0..4 => Consumer::ApplyStockEvent,
            4..8 => Consumer::SettleReservation,
            8 => Consumer::Notify,
            _ => Consumer::IndexProducts,
        }
    }

    fn hold_up(&mut self, consumer: Consumer) -> Operation {
        self.held_up.insert(consumer);
        let outage = if self.random.random_bool(0.7) { Outage::CallsFail } else { Outage::AnswersLost };
        Operation::HoldUp(consumer, outage)
    }

    fn recover(&mut self) -> Operation {
        self.held_up.clear();
        Operation::Recover
    }

    /// An order under a key, most likely as it was asked for before.
    fn keyed(&mut self) -> Operation {
        let purchase = Purchase(self.random.random_range(0..KEYED));
        let is_new = !self.baskets.contains_key(&purchase);
        let trouble =
            self.random.random_bool(if is_new { 0.8 } else { 0.2 }).then(|| match self.random.random_range(0..10) {
                0..7 => Trouble::WriteFails,
                7 => Trouble::OutcomeLost,
                8 => Trouble::ReservationLost,
                _ => Trouble::Killed,
            });
        let other = self.basket();
        let basket = match self.baskets.get(&purchase) {
            None => other,
            Some(known) => match self.random.random_range(0..10) {
                0 => other,
                1 => Basket { address: Some(known.address.map_or(1, |number| 3 - number)), ..known.clone() },
                _ => known.clone(),
            },
        };
        self.baskets.insert(purchase, basket.clone());
        if trouble.is_some() {
            self.troubled.insert(purchase);
        }
        Operation::Order { purchase, basket, trouble }
    }

    /// A troubled order, asked for again as it was.
    fn again(&mut self) -> Option<Operation> {
        let troubled: Vec<Purchase> = self.troubled.iter().copied().collect();
        let purchase = *troubled.choose(&mut self.random)?;
        self.troubled.remove(&purchase);
        Some(Operation::Order { purchase, basket: self.baskets.get(&purchase)?.clone(), trouble: None })
    }

    /// Most likely a product of a troubled order, if there is one.
    fn troubled_product(&mut self) -> Option<usize> {
        let baskets = self.troubled.iter().filter_map(|purchase| self.baskets.get(purchase));
        let products: Vec<usize> = baskets.flat_map(Basket::products).collect();
        products.choose(&mut self.random).copied().filter(|_| self.random.random_bool(0.8))
    }

    fn basket(&mut self) -> Basket {
        let lines = (0..[1, 1, 1, 2, 3][self.random.random_range(0..5)])
            .map(|_| (self.product(), self.random.random_range(1..4)))
            .collect();
        Basket { lines, address: self.random.random_bool(0.3).then(|| self.random.random_range(1..3)) }
    }

    fn filter(&mut self) -> Filter {
        Filter {
            category: self.random.random_range(0..CATEGORIES.len()),
            word: self.random.random_bool(0.7).then(|| self.word()),
            max_price: self.random.random_bool(0.3).then(|| self.price()),
        }
    }

    /// A purchase that was probably asked for.
    fn known_purchase(&mut self) -> Purchase {
        let keyless = (KEYED..KEYED + self.keyless).map(Purchase);
        let known: Vec<Purchase> = self.baskets.keys().copied().chain(keyless).collect();
        known.choose(&mut self.random).copied().unwrap_or(Purchase(0))
    }

    fn product(&mut self) -> usize {
        self.random.random_range(0..self.products.max(1))
    }

    fn name(&mut self) -> String {
        format!("{} {}", self.word(), self.word())
    }

    fn word(&mut self) -> &'static str {
        WORDS.choose(&mut self.random).copied().unwrap_or(WORDS[0])
    }

    fn price(&mut self) -> u64 {
        [100, 250, 999, 1_999, 10_050][self.random.random_range(0..5)]
    }
}

/// Two edits of one product at once would end in either order.
fn get_along(one: &Operation, other: &Operation) -> bool {
    match (one, other) {
        (Operation::Edit { product, .. }, Operation::Edit { product: other, .. }) => product != other,
        _ => true,
    }
}

/// Only what the gateway answers may be without an answer.
fn survives_a_restart(operation: &Operation) -> bool {
    !matches!(operation, Operation::HoldsTimeOut | Operation::Sweep | Operation::Kill(_))
        && !matches!(operation, Operation::Order { trouble: Some(_), .. })
}
