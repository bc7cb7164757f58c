//! How a history is printed.

use std::fmt::{self, Display, Formatter};

use super::{Basket, CATEGORIES, Change, Details, Filter, History, Operation, Outage, Purchase, Step, Trouble};

impl Display for History {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let pace =
            if self.is_calm { "each step when all events of the one before are handled" } else { "without a pause" };
        writeln!(f, "  {} steps, {pace}:", self.steps.len())?;
        for (number, step) in self.steps.iter().enumerate() {
            writeln!(f, "  {:>3}. {step}", number + 1)?;
        }
        Ok(())
    }
}

impl Display for Step {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (number, operation) in self.0.iter().enumerate() {
            let before = if number == 0 { "" } else { "\n       at the same time: " };
            write!(f, "{before}{operation}")?;
        }
        Ok(())
    }
}

impl Display for Operation {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Offer { product, details, stock } => {
                write!(f, "an admin creates product {product}: {details}, {stock} units")
            }
            Self::Edit { product, change } => write!(f, "an admin edits product {product}: {change}"),
            Self::ChangeStock { product, by } => write!(f, "an admin changes the stock of product {product} by {by}"),
            Self::Order { purchase, basket, trouble } => {
                write!(f, "customer {} sends order {purchase}: {basket}", purchase.customer())?;
                trouble.map_or(Ok(()), |trouble| write!(f, "; {trouble}"))
            }
            Self::Cancel { purchase, by } => write!(f, "customer {by} cancels order {purchase}"),
            Self::ShowProduct { product } => write!(f, "a customer looks at product {product}"),
            Self::ShowOrder { purchase, by } => write!(f, "customer {by} looks at order {purchase}"),
            Self::ListOrders { customer } => write!(f, "customer {customer} lists their orders"),
            Self::MarkRead { customer, nth } => {
                write!(f, "customer {customer} reads notification {nth}, counted from the newest")
            }
            Self::Browse(filter) => write!(f, "a customer searches for {filter}"),
            Self::HoldsTimeOut => f.write_str("the time of all holds is over"),
            Self::Sweep => f.write_str("the sweep runs"),
            Self::HoldUp(consumer, Outage::CallsFail) => write!(f, "{} fails from now on", consumer.function()),
            Self::HoldUp(consumer, Outage::AnswersLost) => {
                write!(f, "{} writes and never hears so from now on", consumer.function())
            }
            Self::Recover => f.write_str("nothing fails any more, and all events are handled"),
            Self::Kill(function) => write!(f, "a process of {function} is killed"),
            Self::Restart => f.write_str("the stack is killed and started again"),
        }
    }
}

impl Display for Purchase {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)?;
        self.key().map_or(Ok(()), |key| write!(f, " ({key})"))
    }
}

impl Display for Basket {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> =
            self.lines.iter().map(|(product, quantity)| format!("{quantity} × product {product}")).collect();
        f.write_str(&lines.join(", "))?;
        self.address.map_or(Ok(()), |address| write!(f, ", to house {address}"))
    }
}

impl Display for Trouble {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::WriteFails => "each try to write it fails",
            Self::OutcomeLost => "it is written, but its function never hears so",
            Self::ReservationLost => "the first response of the reservation is lost",
            Self::Killed => "its function is killed at work",
        })
    }
}

impl Display for Details {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { name, description, price, category, is_active } = self;
        let active = if *is_active { "" } else { ", not for sale" };
        write!(f, "{name:?} ({description:?}) for {} in {}{active}", Cents(*price), CATEGORIES[*category])
    }
}

impl Display for Change {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => write!(f, "the name is {name:?}"),
            Self::Description(description) => write!(f, "the description is {description:?}"),
            Self::Price(price) => write!(f, "the price is {}", Cents(*price)),
            Self::Category(category) => write!(f, "the category is {}", CATEGORIES[*category]),
            Self::IsActive(true) => f.write_str("it is for sale"),
            Self::IsActive(false) => f.write_str("it is not for sale"),
        }
    }
}

impl Display for Filter {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "products in {}", CATEGORIES[self.category])?;
        self.word.map_or(Ok(()), |word| write!(f, " with {word:?}"))?;
        self.max_price.map_or(Ok(()), |price| write!(f, " for at most {}", Cents(price)))
    }
}

struct Cents(u64);

impl Display for Cents {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}
