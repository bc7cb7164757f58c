//! A history: what customers, admins and accidents do to a shop, step by step. It is plain data, so it can be printed,
//! played again and made shorter.

mod generator;
mod plan;
mod show;

pub use generator::generate;

/// Customers of a history. Purchases are dealt to them in turn.
pub const CUSTOMERS: usize = 2;

/// Purchases with an `Idempotency-Key`, which may be asked for again: those with the lowest numbers.
const KEYED: usize = 4;

/// The words that products are named and described with.
pub const WORDS: [&str; 8] = ["lamp", "chair", "table", "brass", "oak", "linen", "round", "tall"];

/// Categories of products.
pub const CATEGORIES: [&str; 2] = ["Light", "Garden"];

/// The steps of an episode, one after another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    /// Whether all events are handled before the next step, unless a consumer is held up.
    pub is_calm: bool,
    /// What happens.
    pub steps: Vec<Step>,
}

/// Operations that happen at the same time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step(pub Vec<Operation>);

/// Something that happens. Products and purchases are named by numbers; what names one that isn't there does nothing, so
/// a history without some of its steps is still one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operation {
    /// An admin creates a product.
    Offer { product: usize, details: Details, stock: i64 },
    /// An admin edits a product.
    Edit { product: usize, change: Change },
    /// An admin counts units in, or out if the number is negative.
    ChangeStock { product: usize, by: i64 },
    /// A customer orders.
    Order { purchase: Purchase, basket: Basket, trouble: Option<Trouble> },
    /// A customer cancels an order, their own or another's.
    Cancel { purchase: Purchase, by: usize },
    /// A customer looks at a product.
    ShowProduct { product: usize },
    /// A customer looks at an order, their own or another's.
    ShowOrder { purchase: Purchase, by: usize },
    /// A customer looks at all their orders.
    ListOrders { customer: usize },
    /// A customer marks the notification as read that is `nth` of the newest.
    MarkRead { customer: usize, nth: usize },
    /// A customer searches the products.
    Browse(Filter),
    /// The time of all holds is over.
    HoldsTimeOut,
    /// The sweep expires the holds whose time is over.
    Sweep,
    /// A consumer fails with every event until the recovery, in this way.
    HoldUp(Consumer, Outage),
    /// Nothing fails any more, and every event is handled.
    Recover,
    /// A process of the function is killed.
    Kill(&'static str),
    /// The whole stack is killed and started again.
    Restart,
}

/// What an admin says of a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Details {
    /// Two of [`WORDS`].
    pub name: String,
    /// One of [`WORDS`], or empty.
    pub description: String,
    /// Price in cents.
    pub price: u64,
    /// Which of [`CATEGORIES`].
    pub category: usize,
    /// Whether it is for sale.
    pub is_active: bool,
}

/// One field of a product that is edited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    Name(String),
    Description(String),
    Price(u64),
    Category(usize),
    IsActive(bool),
}

impl Details {
    /// The details after an edit.
    pub fn edited(&self, change: &Change) -> Self {
        let mut edited = self.clone();
        match change.clone() {
            Change::Name(name) => edited.name = name,
            Change::Description(description) => edited.description = description,
            Change::Price(price) => edited.price = price,
            Change::Category(category) => edited.category = category,
            Change::IsActive(is_active) => edited.is_active = is_active,
        }
        edited
    }
}

/// A customer's wish for one order, however often it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Purchase(pub usize);

impl Purchase {
    /// Whose it is.
    pub fn customer(self) -> usize {
        self.0 % CUSTOMERS
    }

    /// The `Idempotency-Key` of its requests. Customers use the same keys, each for orders of their own.
    pub fn key(self) -> Option<String> {
        (self.0 < KEYED).then(|| format!("key {}", self.0 / CUSTOMERS))
    }
}

/// What an order asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Basket {
    /// Product and quantity of each line. A product may be in several.
    pub lines: Vec<(usize, u32)>,
    /// The house number of the shipping address, if there is one.
    pub address: Option<u8>,
}

impl Basket {
    /// Units of a product.
    pub fn units(&self, product: usize) -> i64 {
        self.lines.iter().filter(|(of, _)| *of == product).map(|(_, quantity)| i64::from(*quantity)).sum()
    }

    /// Its products, each once.
    pub fn products(&self) -> Vec<usize> {
        let mut products: Vec<usize> = self.lines.iter().map(|(product, _)| *product).collect();
        products.sort_unstable();
        products.dedup();
        products
    }

    /// Whether the shop takes both for the same request.
    pub fn equals(&self, other: &Self) -> bool {
        self.address == other.address && self.is_of_the_same_units(other)
    }

    /// Whether the shop holds the same for both: a hold knows no address.
    pub fn is_of_the_same_units(&self, other: &Self) -> bool {
        let units =
            |of: &Self| of.products().into_iter().map(|product| (product, of.units(product))).collect::<Vec<_>>();
        units(self) == units(other)
    }
}

/// What goes wrong while an order is placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// Each try to write the order fails.
    WriteFails,
    /// The order is written, but no try to write or read it hears so.
    OutcomeLost,
    /// The units are reserved, but the first response is lost.
    ReservationLost,
    /// The function is killed at work.
    Killed,
}

/// A consumer of events that can be held up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Consumer {
    SettleReservation,
    ApplyStockEvent,
    Notify,
    IndexProducts,
}

impl Consumer {
    /// Its function in the template.
    pub fn function(self) -> &'static str {
        match self {
            Self::SettleReservation => "SettleReservationFunction",
            Self::ApplyStockEvent => "ApplyStockEventFunction",
            Self::Notify => "NotifyFunction",
            Self::IndexProducts => "IndexProductsFunction",
        }
    }

    /// The operation that it writes with.
    pub fn write(self) -> &'static str {
        match self {
            Self::SettleReservation | Self::IndexProducts | Self::Notify => "TransactWriteItems",
            Self::ApplyStockEvent => "UpdateItem",
        }
    }
}

/// How a consumer fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outage {
    /// Each of its calls to the database fails.
    CallsFail,
    /// Its writes are made, but it never hears so: their events come again.
    AnswersLost,
}

/// What a customer looks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// Which of [`CATEGORIES`].
    pub category: usize,
    /// A word of name or description.
    pub word: Option<&'static str>,
    /// The highest price, in cents.
    pub max_price: Option<u64>,
}

impl Filter {
    /// Whether a product is found.
    pub fn matches(&self, details: &Details) -> bool {
        let has = |word: &str| {
            details.name.split(' ').chain(details.description.split(' ')).any(|other| other.eq_ignore_ascii_case(word))
        };
        details.is_active
            && details.category == self.category
            && self.word.is_none_or(has)
            && self.max_price.is_none_or(|max| details.price <= max)
    }
}
