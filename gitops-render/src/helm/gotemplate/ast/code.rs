//! The arrays that hold what was read in one text.

use std::marker::PhantomData;
use std::ops::Index;
use std::sync::atomic::AtomicU8;

use super::{Arg, Command, Node, Number, Pipe};
use crate::helm::go::Str;

/// What was read in the text of a file, or of a call of `tpl`. [`Many`] and [`One`] are places in it.
#[derive(Debug)]
pub(crate) struct Code {
    /// As errors name the text.
    pub(crate) name: Str,
    pub(crate) text: Str,
    nodes: Vec<Node>,
    pipes: Vec<Pipe>,
    commands: Vec<Command>,
    args: Vec<Arg>,
    numbers: Vec<Number>,
    /// Names of fields and variables where they are used.
    names: Vec<One<Str>>,
    /// Where each of them was found last among the entries of a map.
    places: Vec<AtomicU8>,
    /// Names and texts, each once.
    words: Vec<Str>,
}

/// Neighbours in one of the arrays of a [`Code`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Many<T> {
    start: u32,
    end: u32,
    of: PhantomData<T>,
}

/// A place in one of the arrays of a [`Code`].
#[derive(Debug)]
pub(crate) struct One<T> {
    at: u32,
    of: PhantomData<T>,
}

/// A piece of the text of a [`Code`], in bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    start: u32,
    end: u32,
}

/// What has an array of its own.
pub(crate) trait Stored: Sized {
    fn array(code: &Code) -> &Vec<Self>;
    fn array_mut(code: &mut Code) -> &mut Vec<Self>;
}

impl Code {
    /// The name of the variable that is the data of the template.
    pub(in crate::helm::gotemplate) const DOLLAR: One<Str> = One { at: 0, of: PhantomData };

    /// Nothing read yet of `text`.
    pub(in crate::helm::gotemplate) fn new(name: Str, text: Str) -> Self {
        Self {
            name,
            text,
            nodes: Vec::new(),
            pipes: Vec::new(),
            commands: Vec::new(),
            args: Vec::new(),
            numbers: Vec::new(),
            names: Vec::new(),
            places: Vec::new(),
            words: vec![Str::from("$")],
        }
    }

    /// Keeps `item`.
    pub(in crate::helm::gotemplate) fn add<T: Stored>(&mut self, item: T) -> One<T> {
        let array = T::array_mut(self);
        let at = narrow(array.len());
        array.push(item);
        One { at, of: PhantomData }
    }

    /// Keeps `items` beside one another.
    pub(in crate::helm::gotemplate) fn add_slice<T: Stored + Copy>(
        &mut self,
        items: &[T],
    ) -> Many<T> {
        let array = T::array_mut(self);
        let start = narrow(array.len());
        array.extend_from_slice(items);
        Many { start, end: narrow(array.len()), of: PhantomData }
    }

    /// Keeps the items of `open` from `start` on, and takes them out of there.
    pub(in crate::helm::gotemplate) fn add_from<T: Stored + Copy>(
        &mut self,
        open: &mut Vec<T>,
        start: usize,
    ) -> Many<T> {
        let many = self.add_slice(&open[start..]);
        open.truncate(start);
        many
    }

    /// Ends reading: gives back what the arrays have more than they need.
    pub(in crate::helm::gotemplate) fn finish(&mut self) {
        self.places = self.names.iter().map(|_| AtomicU8::default()).collect();
        self.nodes.shrink_to_fit();
        self.pipes.shrink_to_fit();
        self.commands.shrink_to_fit();
        self.args.shrink_to_fit();
        self.numbers.shrink_to_fit();
        self.names.shrink_to_fit();
        self.words.shrink_to_fit();
    }

    /// How many bytes it takes beside the text, nearly.
    pub(in crate::helm) fn weight(&self) -> usize {
        let words: usize = self.words.iter().map(|word| word.len()).sum();
        size_of_val(&*self.nodes)
            + size_of_val(&*self.pipes)
            + size_of_val(&*self.commands)
            + size_of_val(&*self.args)
            + size_of_val(&*self.numbers)
            + size_of_val(&*self.names)
            + size_of_val(&*self.places)
            + size_of_val(&*self.words)
            + words
    }

    /// Names of fields, each with where it was found last among the entries of a map. Only who
    /// looks there knows whether it is still true.
    pub(in crate::helm::gotemplate) fn fields(
        &self,
        fields: Many<One<Str>>,
    ) -> impl DoubleEndedIterator<Item = (&Str, &AtomicU8)> + ExactSizeIterator {
        let places = &self.places[fields.start as usize..fields.end as usize];
        self[fields].iter().map(|name| &self[*name]).zip(places)
    }

    /// The bytes of a piece of the text.
    pub(in crate::helm::gotemplate) fn piece(&self, span: Span) -> &[u8] {
        &self.text[span.start as usize..span.end as usize]
    }

    /// What a text in quotes means.
    pub(in crate::helm::gotemplate) fn meaning(
        &self,
        quoted: Span,
        text: Option<One<Str>>,
    ) -> &[u8] {
        match text {
            Some(text) => &self[text],
            None => &self.text[quoted.start as usize + 1..quoted.end as usize - 1],
        }
    }

    /// The same, as a value.
    pub(in crate::helm::gotemplate) fn string(&self, quoted: Span, text: Option<One<Str>>) -> Str {
        text.map_or_else(|| Str::from(self.meaning(quoted, None)), |text| self[text].clone())
    }

    /// Whether `list` holds nothing but space.
    pub(in crate::helm::gotemplate) fn is_space(&self, list: Many<Node>) -> bool {
        let space = |text: &[u8]| String::from_utf8_lossy(text).trim().is_empty();
        self[list].iter().all(|node| matches!(*node, Node::Text(span) if space(self.piece(span))))
    }

    /// `NAME:LINE:COLUMN` of a place, with columns from 0 in bytes.
    pub(in crate::helm::gotemplate) fn place(&self, pos: u32) -> Vec<u8> {
        let before = &self.text[..pos as usize];
        let line = 1 + memchr::memchr_iter(b'\n', before).count();
        let column =
            memchr::memrchr(b'\n', before).map_or(before.len(), |at| before.len() - at - 1);
        [&*self.name, format!(":{line}:{column}").as_bytes()].concat()
    }
}

impl<T: Stored> Index<Many<T>> for Code {
    type Output = [T];

    fn index(&self, many: Many<T>) -> &[T] {
        &T::array(self)[many.start as usize..many.end as usize]
    }
}

impl<T: Stored> Index<One<T>> for Code {
    type Output = T;

    fn index(&self, one: One<T>) -> &T {
        &T::array(self)[one.at as usize]
    }
}

impl Span {
    /// From `start` to `end`.
    pub(in crate::helm::gotemplate) fn new(start: usize, end: usize) -> Self {
        Self { start: narrow(start), end: narrow(end) }
    }

    /// Where it starts.
    pub(in crate::helm::gotemplate) fn start(self) -> u32 {
        self.start
    }
}

impl<T> Many<T> {
    pub(in crate::helm::gotemplate) const NONE: Self = Self { start: 0, end: 0, of: PhantomData };

    pub(in crate::helm::gotemplate) fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    pub(in crate::helm::gotemplate) fn is_empty(&self) -> bool {
        self.start == self.end
    }
}

impl<T> Clone for One<T> {
    fn clone(&self) -> Self {
        *self
    }
}

/// Of what cannot be copied itself, too.
impl<T> Copy for One<T> {}

impl<T> PartialEq for One<T> {
    fn eq(&self, other: &Self) -> bool {
        self.at == other.at
    }
}

impl<T> Eq for One<T> {}

/// Texts beyond 4 GiB are refused long before.
fn narrow(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// Says in which field of [`Code`] the items of a type are.
macro_rules! stored {
    ($($item:ty: $array:ident),*) => {
        $(impl Stored for $item {
            fn array(code: &Code) -> &Vec<Self> {
                &code.$array
            }

            fn array_mut(code: &mut Code) -> &mut Vec<Self> {
                &mut code.$array
            }
        })*
    };
}

stored!(
    Node: nodes,
    Pipe: pipes,
    Command: commands,
    Arg: args,
    Number: numbers,
    One<Str>: names,
    Str: words
);
