//! Whether a product is for sale. Products that are and products that are not are listed, searched and counted apart.

use crate::domain::product::Product;

/// Whether a product is for sale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SaleState {
    /// For sale.
    Active,
    /// Not for sale: only admins see it.
    Inactive,
}

/// Which products a list shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Shown {
    /// Those for sale.
    #[default]
    Active,
    /// Those not for sale.
    Inactive,
    /// All.
    Everything,
}

impl SaleState {
    /// The state of a product.
    pub fn of(product: &Product) -> Self {
        if product.is_active { Self::Active } else { Self::Inactive }
    }

    /// The stored name of a word or a category among products of this state. Neither has a line break, so no name is of
    /// both states.
    pub fn name(self, text: &str) -> String {
        match self {
            Self::Active => text.to_owned(),
            Self::Inactive => format!("inactive\n{text}"),
        }
    }
}

impl Shown {
    /// The states that are shown.
    pub fn states(self) -> &'static [SaleState] {
        match self {
            Self::Active => &[SaleState::Active],
            Self::Inactive => &[SaleState::Inactive],
            Self::Everything => &[SaleState::Active, SaleState::Inactive],
        }
    }

    /// The part of a list's name that cursors are bound to.
    pub fn list_name(self) -> &'static str {
        match self {
            Self::Active => "products",
            Self::Inactive => "inactive products",
            Self::Everything => "all products",
        }
    }
}

impl From<Option<bool>> for Shown {
    /// Of the parameter `active`.
    fn from(active: Option<bool>) -> Self {
        match active {
            Some(true) => Self::Active,
            Some(false) => Self::Inactive,
            None => Self::Everything,
        }
    }
}
