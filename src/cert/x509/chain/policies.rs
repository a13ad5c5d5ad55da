//! Certificate policies along a path (RFC 5280 §6.1, with RFC 9618's graph in place of the tree,
//! which hostile certificates could grow without bound).

use super::certificate::Certificate;
use super::extensions::Oid;
use super::ids::ANY_POLICY;
use std::collections::{BTreeMap, BTreeSet};

/// What the user asks of policies.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PolicyWish {
    /// The policies that are acceptable; `None` for any.
    pub accepted: Option<Vec<Oid>>,
    /// Whether the path must be valid for one of them (initial-explicit-policy).
    pub explicit: bool,
}

/// A node: the policies that the next certificate may name for it, and its parents in the level
/// above. `any_parent`: whether one of them is anyPolicy.
struct Node {
    expected: BTreeSet<Oid>,
    parents: BTreeSet<Oid>,
}

type Level = BTreeMap<Oid, Node>;

/// The state while a path is walked from the anchor down.
pub struct Policies {
    /// Levels from the root; `None` once no policy is left.
    graph: Option<Vec<Level>>,
    explicit: u64,
    mapping: u64,
    any: u64,
}

/// The path is valid for no acceptable policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoPolicy;

impl Policies {
    /// At the anchor of a path with `length` certificates after it.
    pub fn start(length: usize, wish: &PolicyWish) -> Policies {
        let root = Node {
            expected: BTreeSet::from([ANY_POLICY.to_vec()]),
            parents: BTreeSet::new(),
        };
        let whole = u64::try_from(length).unwrap_or(u64::MAX).saturating_add(1);
        Policies {
            graph: Some(vec![Level::from([(ANY_POLICY.to_vec(), root)])]),
            explicit: if wish.explicit { 0 } else { whole },
            mapping: whole,
            any: whole,
        }
    }

    /// RFC 5280 §6.1.3 (d) to (f) for the next certificate.
    pub fn enter(&mut self, certificate: &Certificate, is_last: bool) -> Result<(), NoPolicy> {
        match (&certificate.extensions.policies, self.graph.take()) {
            (Some(policies), Some(mut graph)) => {
                let self_issued = certificate.is_self_issued() && !is_last;
                let takes_any = self.any > 0 || self_issued;
                let level = next_level(graph.last(), policies, takes_any);
                graph.push(level);
                self.graph = pruned(graph);
            }
            (Some(_), None) | (None, _) => self.graph = None,
        }
        if self.explicit == 0 && self.graph.is_none() {
            return Err(NoPolicy);
        }
        Ok(())
    }

    /// RFC 5280 §6.1.4 (a), (b), (h) to (j): what an intermediate certificate changes for the next.
    pub fn leave(&mut self, certificate: &Certificate) -> Result<(), NoPolicy> {
        let extensions = &certificate.extensions;
        let mapped_any = extensions
            .mappings
            .iter()
            .any(|(a, b)| a == ANY_POLICY || b == ANY_POLICY);
        if mapped_any {
            return Err(NoPolicy);
        }
        if !extensions.mappings.is_empty()
            && let Some(mut graph) = self.graph.take()
        {
            if let Some(level) = graph.last_mut() {
                if self.mapping > 0 {
                    map(level, &extensions.mappings);
                } else {
                    level.retain(|policy, _| {
                        extensions.mappings.iter().all(|(from, _)| from != policy)
                    });
                }
            }
            self.graph = pruned(graph);
        }
        if !certificate.is_self_issued() {
            for counter in [&mut self.explicit, &mut self.mapping, &mut self.any] {
                *counter = counter.saturating_sub(1);
            }
        }
        lower(&mut self.explicit, extensions.require_explicit);
        lower(&mut self.mapping, extensions.inhibit_mapping);
        lower(&mut self.any, extensions.inhibit_any);
        Ok(())
    }

    /// RFC 5280 §6.1.5 (a), (b), (g): after the last certificate.
    pub fn finish(mut self, last: &Certificate, wish: &PolicyWish) -> Result<(), NoPolicy> {
        self.explicit = self.explicit.saturating_sub(1);
        if last.extensions.require_explicit == Some(0) {
            self.explicit = 0;
        }
        let left = self.graph.as_deref().is_some_and(|graph| {
            let Some(accepted) = &wish.accepted else {
                return true;
            };
            reaches(graph, accepted)
        });
        if self.explicit == 0 && !left {
            return Err(NoPolicy);
        }
        Ok(())
    }
}

fn lower(counter: &mut u64, to: Option<u64>) {
    if let Some(to) = to {
        *counter = (*counter).min(to);
    }
}

fn next_level(above: Option<&Level>, policies: &[Oid], takes_any: bool) -> Level {
    let mut level = Level::new();
    let Some(above) = above else {
        return level;
    };
    let mut expecting: BTreeMap<&Oid, BTreeSet<Oid>> = BTreeMap::new();
    for (policy, node) in above {
        for expected in &node.expected {
            expecting
                .entry(expected)
                .or_default()
                .insert(policy.clone());
        }
    }
    for policy in policies.iter().filter(|p| p.as_slice() != ANY_POLICY) {
        let parents = match expecting.get(policy) {
            Some(parents) => parents.clone(),
            None if above.contains_key(ANY_POLICY) => BTreeSet::from([ANY_POLICY.to_vec()]),
            None => continue,
        };
        level.insert(policy.clone(), Node::new(policy, parents));
    }
    if takes_any && policies.iter().any(|p| p == ANY_POLICY) {
        for (policy, parents) in expecting {
            if !level.contains_key(policy) {
                level.insert(policy.clone(), Node::new(policy, parents));
            }
        }
    }
    level
}

impl Node {
    fn new(policy: &Oid, parents: BTreeSet<Oid>) -> Node {
        Node {
            expected: BTreeSet::from([policy.clone()]),
            parents,
        }
    }
}

fn map(level: &mut Level, mappings: &[(Oid, Oid)]) {
    let mut targets: BTreeMap<&Oid, BTreeSet<Oid>> = BTreeMap::new();
    for (from, to) in mappings {
        targets.entry(from).or_default().insert(to.clone());
    }
    let any_parents = level.get(ANY_POLICY).map(|node| node.parents.clone());
    for (from, to) in targets {
        if let Some(node) = level.get_mut(from) {
            node.expected = to;
        } else if let Some(parents) = &any_parents {
            let node = Node {
                expected: to,
                parents: parents.clone(),
            };
            level.insert(from.clone(), node);
        }
    }
}

/// The graph without nodes that lead nowhere; `None` when nothing is left.
fn pruned(mut graph: Vec<Level>) -> Option<Vec<Level>> {
    let mut wanted: Option<BTreeSet<Oid>> = None;
    for level in graph.iter_mut().rev() {
        if let Some(wanted) = &wanted {
            level.retain(|policy, _| wanted.contains(policy));
        }
        if level.is_empty() {
            return None;
        }
        let parents = level.values().flat_map(|node| node.parents.iter().cloned());
        wanted = Some(parents.collect());
    }
    Some(graph)
}

/// Whether one of the accepted policies, in the anchor's words, reaches the last level.
fn reaches(graph: &[Level], accepted: &[Oid]) -> bool {
    let Some(last) = graph.last() else {
        return false;
    };
    if last.contains_key(ANY_POLICY) && !accepted.is_empty() {
        return true;
    }
    // Pruned: every node has a descendant in the last level.
    graph.iter().any(|level| {
        level.iter().any(|(policy, node)| {
            policy != ANY_POLICY && node.parents.contains(ANY_POLICY) && accepted.contains(policy)
        })
    }) || accepted.iter().any(|policy| policy == ANY_POLICY)
}
