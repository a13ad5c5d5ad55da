//! The Domain Name System on the network.

mod answer;
mod network;

pub use network::NetworkResolvers;
