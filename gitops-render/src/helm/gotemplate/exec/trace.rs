//! Runs lists of nodes while it is noted what they read of the values.

use super::{Flow, Frame};
use crate::helm::go::Mark;
use crate::helm::gotemplate::Fault;
use crate::helm::gotemplate::ast::{Many, Node};
use crate::helm::gotemplate::operand::Operand;

impl Frame<'_, '_, '_> {
    /// As [`list`](Frame::list). What a node reads decides over what it prints; what is read for
    /// variables, over all that the list prints behind them.
    pub(super) fn traced_list(&mut self, dot: &Operand, nodes: Many<Node>) -> Result<Flow, Fault> {
        let outer = self.machine.trace_open(None);
        let mut flow = Flow::Next;
        for node in &self.code[nodes] {
            let since = self.machine.trace_open(self.mark(node));
            flow = self.node(dot, node)?;
            if !self.declares(node) {
                self.machine.trace_close(since);
            }
            if flow != Flow::Next {
                break;
            }
        }
        self.machine.trace_close(outer);
        Ok(flow)
    }

    /// Where the node stands, if that is in the file that runs.
    fn mark(&self, node: &Node) -> Option<Mark> {
        if *self.code.name != *self.machine.file().as_bytes() {
            return None;
        }
        let pos = super::At::Node(node).pos(self.code) + node.shift();
        let is_text = matches!(node, Node::Text(_));
        Some(Mark { output: self.machine.output.len(), pos, is_text })
    }

    fn declares(&self, node: &Node) -> bool {
        match node {
            Node::Action(action) => !self.code[action.pipe].decl.is_empty(),
            _ => false,
        }
    }
}
