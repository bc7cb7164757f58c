//! A request to hold the lines of an order, and the hold that it asks for.

use std::collections::HashMap;

use contracts::hold_generation::HoldGeneration;
use contracts::reserve_stock::{Line, MAX_LINES, MAX_QUANTITY, ReserveRequest};
use envelope::timestamp;
use money::Amount;

use crate::domain::hold::Hold;
use crate::domain::hold_state::State;
use crate::domain::id;
use crate::domain::product::Product;

/// A request within the limits, with each product in one line.
#[derive(Debug)]
pub struct Reservation<'a> {
    request: &'a ReserveRequest,
    lines: Vec<Line>,
}

/// Why nothing can be held. It is not an [`std::error::Error`], which a `?` would turn into a 500: each reason has a response
/// of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// The request is not within the limits that the order service checks.
    OutOfLimits,
    /// The sum of the lines is more than an [`Amount`] holds.
    TotalTooLarge,
    /// There is no such product for sale.
    ProductNotFound {
        /// The product's id.
        product_id: String,
    },
    /// A product has fewer units than its line asks for.
    InsufficientStock {
        /// The product's id.
        product_id: String,
        /// Units of the line.
        requested: u32,
        /// Units in stock.
        available: u64,
    },
}

impl<'a> Reservation<'a> {
    /// Checks a request and merges the lines of the same product.
    ///
    /// # Errors
    /// [`Refused::OutOfLimits`], or [`Refused::ProductNotFound`] for an id that no product can have.
    pub fn parse(request: &'a ReserveRequest) -> Result<Self, Refused> {
        if request.items.is_empty() || request.items.len() > MAX_LINES {
            return Err(Refused::OutOfLimits);
        }
        let mut lines: Vec<Line> = Vec::with_capacity(request.items.len());
        for Line { product_id, quantity } in &request.items {
            let id =
                id::parse(product_id).ok_or_else(|| Refused::ProductNotFound { product_id: product_id.clone() })?;
            match lines.iter_mut().find(|line| line.product_id == id) {
                Some(line) => line.quantity = line.quantity.saturating_add(*quantity),
                None => lines.push(Line { product_id: id, quantity: *quantity }),
            }
        }
        let in_limits = lines.iter().all(|line| (1..=MAX_QUANTITY).contains(&line.quantity));
        if in_limits { Ok(Self { request, lines }) } else { Err(Refused::OutOfLimits) }
    }

    /// The ids of its products.
    pub fn product_ids(&self) -> Vec<String> {
        self.lines.iter().map(|line| line.product_id.clone()).collect()
    }

    /// Whether the hold is this request's. The lines themselves are compared as well, as earlier versions made the fingerprint of
    /// a hold of more than its lines.
    pub fn is_of(&self, hold: &Hold) -> bool {
        let has_line = |Line { product_id, quantity }: &Line| {
            hold.items.iter().any(|held| held.product_id == *product_id && held.quantity == *quantity)
        };
        // Each product is in one line, here and there.
        hold.is_of(&self.request.fingerprint)
            || (hold.items.len() == self.lines.len() && self.lines.iter().all(has_line))
    }

    /// The hold it asks for, at the present prices of `products` (by id), in the place of a `replaced` one if there is one,
    /// whose units it takes over if that is its own and still has them. The transaction that creates the hold decides;
    /// this refuses early what can't succeed.
    ///
    /// # Errors
    /// [`Refused`]
    pub fn hold(
        &self,
        products: &HashMap<String, Product>,
        expires_at: u64,
        replaced: Option<&Hold>,
    ) -> Result<Hold, Refused> {
        let generation = replaced.map_or(HoldGeneration::FIRST, |replaced| replaced.generation.next());
        let same_lines = replaced.filter(|replaced| self.is_of(replaced));
        let has_units = same_lines.is_some_and(|replaced| replaced.state.has_units());
        let mut items = Vec::with_capacity(self.lines.len());
        for Line { product_id, quantity } in &self.lines {
            let product = products.get(product_id).filter(|product| product.is_active);
            let product = product.ok_or_else(|| Refused::ProductNotFound { product_id: product_id.clone() })?;
            if !has_units && product.stock < u64::from(*quantity) {
                return Err(Refused::InsufficientStock {
                    product_id: product_id.clone(),
                    requested: *quantity,
                    available: product.stock,
                });
            }
            items.push(product.priced(*quantity));
        }
        let total_amount = Amount::total(items.iter().map(|line| line.total_price)).ok_or(Refused::TotalTooLarge)?;
        Ok(Hold {
            order_id: self.request.order_id.clone(),
            state: State::Held,
            generation,
            lines_since: same_lines.map_or(generation, |replaced| replaced.lines_since),
            fingerprint: self.request.fingerprint.clone(),
            items,
            total_amount,
            request_id: self.request.cause_id.clone(),
            expires_at: Some(expires_at),
            created_at: timestamp::now(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::product::tests::product;

    fn request(items: Vec<(&str, u32)>) -> ReserveRequest {
        let line = |(id, quantity): (&str, u32)| Line { product_id: id.to_owned(), quantity };
        ReserveRequest {
            order_id: "o1".to_owned(),
            fingerprint: "f1".to_owned(),
            request_id: "r1".to_owned(),
            cause_id: "c1".to_owned(),
            caller: envelope::Caller::default(),
            items: items.into_iter().map(line).collect(),
        }
    }

    #[test]
    fn lines_of_the_same_product_are_merged_however_its_id_is_written() {
        let id = id::new();
        let request = request(vec![(&id, 2), (&id.to_uppercase(), 3)]);
        let reservation = Reservation::parse(&request).unwrap();
        assert_eq!(reservation.lines, [Line { product_id: id, quantity: 5 }]);
    }

    #[test]
    fn a_request_within_the_limits_is_of_its_products_and_one_beyond_is_refused() {
        let ids: Vec<String> = (0..=MAX_LINES).map(|_| id::new()).collect();
        let too_many = ids.iter().map(|id| (id.as_str(), 1)).collect();
        for items in [vec![], too_many, vec![(&*ids[0], 0)], vec![(&*ids[0], MAX_QUANTITY), (&*ids[0], 1)]] {
            assert_eq!(Reservation::parse(&request(items)).unwrap_err(), Refused::OutOfLimits);
        }
        let most = ids[1..].iter().map(|id| (id.as_str(), MAX_QUANTITY)).collect();
        assert_eq!(Reservation::parse(&request(most)).unwrap().product_ids(), ids[1..]);
        let unknown = Refused::ProductNotFound { product_id: "lamp".to_owned() };
        assert_eq!(Reservation::parse(&request(vec![("lamp", 1)])).unwrap_err(), unknown);
    }

    #[test]
    fn a_hold_has_the_present_prices_and_its_total() {
        let lamp = product("Lamp", "Light", 1_999, 3);
        let (id, products) = (lamp.id.clone(), HashMap::from([(lamp.id.clone(), lamp)]));
        let enough = request(vec![(&id, 3)]);
        let hold = Reservation::parse(&enough).unwrap().hold(&products, 60, None).unwrap();
        assert_eq!((hold.total_amount.cents(), hold.state, hold.expires_at), (5_997, State::Held, Some(60)));
        let too_many = request(vec![(&id, 4)]);
        let refused = Reservation::parse(&too_many).unwrap().hold(&products, 60, None).unwrap_err();
        assert_eq!(refused, Refused::InsufficientStock { product_id: id, requested: 4, available: 3 });
    }

    #[test]
    fn a_hold_of_the_same_lines_is_the_request_s_whatever_its_fingerprint_was_made_of() {
        let (lamp, vase) = (product("Lamp", "Light", 1_999, 9), product("Vase", "Decor", 1_999, 9));
        let products = HashMap::from([(lamp.id.clone(), lamp.clone()), (vase.id.clone(), vase.clone())]);
        let both = request(vec![(&lamp.id, 3), (&vase.id, 1)]);
        let hold = Reservation::parse(&both).unwrap().hold(&products, 60, None).unwrap();
        let earlier = Hold { fingerprint: "f0".to_owned(), ..hold };
        let is_of = |lines| Reservation::parse(&request(lines)).unwrap().is_of(&earlier);
        assert!(is_of(vec![(&vase.id, 1), (&lamp.id, 3)]));
        assert!(!is_of(vec![(&vase.id, 2), (&lamp.id, 3)]));
        assert!(!is_of(vec![(&lamp.id, 3)]));
        assert_eq!(earlier.request_id, "c1");
    }

    #[test]
    fn a_hold_in_the_place_of_an_expired_one_says_since_when_its_lines_are_these() {
        let (lamp, second) = (product("Lamp", "Light", 1_999, 3), HoldGeneration::FIRST.next());
        let products = HashMap::from([(lamp.id.clone(), lamp.clone())]);
        let request = request(vec![(&lamp.id, 3)]);
        let reservation = Reservation::parse(&request).unwrap();
        let expired = Hold { state: State::Expired, ..reservation.hold(&products, 60, None).unwrap() };
        let again = reservation.hold(&products, 90, Some(&expired)).unwrap();
        assert_eq!((again.generation, again.lines_since), (second, HoldGeneration::FIRST));
        let another = Hold { fingerprint: "f2".to_owned(), items: vec![lamp.priced(2)], ..expired };
        let replaced = reservation.hold(&products, 90, Some(&another)).unwrap();
        assert_eq!((replaced.generation, replaced.lines_since), (second, second));
        assert_eq!((replaced.state, replaced.expires_at), (State::Held, Some(90)));
    }
}
