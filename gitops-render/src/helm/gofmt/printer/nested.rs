//! Collections and structs, with the verb applied to all that they hold.

use super::{Printer, byte, scalar};
use crate::helm::go::{IntKind, Kind, List, Map, Object, Type, Value};
use crate::helm::gotemplate::{Fault, grow};

/// How deep values may nest. Go has no limit and dies of values that hold themselves.
const DEPTH: usize = 10_000;

impl Printer {
    pub(super) fn value(&mut self, value: &Value, verb: char, depth: usize) -> Result<(), Fault> {
        if depth > DEPTH {
            return Err(Fault::new(format!("values hold one another more than {DEPTH} deep")));
        }
        self.check_room()?;
        match value {
            Value::Nil => self.nil(),
            // Only errors can be wrapped, and no value of a template is one.
            Value::List(_) | Value::Map(_) | Value::Object(_) if verb == 'w' && !self.erroring => {
                self.bad_verb(value, verb)?;
            }
            Value::List(list) => self.list(list, verb, depth)?,
            Value::Map(map) => self.map(map, verb, depth)?,
            Value::Bytes(bytes) => self.bytes(bytes, verb, depth)?,
            Value::Object(object) => self.object(value, &**object, verb, depth)?,
            _ if self.scalar(value, verb) => {}
            _ => self.bad_verb(value, verb)?,
        }
        Ok(())
    }

    /// A nil in a collection, whatever the verb is.
    fn nil(&mut self) {
        let text: &[u8] = if self.flags.sharp_v { b"interface {}(nil)" } else { b"<nil>" };
        self.out.extend_from_slice(text);
    }

    fn list(&mut self, list: &List, verb: char, depth: usize) -> Result<(), Fault> {
        if self.open(Type::Slice(list.item), b"[", list.is_nil()) {
            return Ok(());
        }
        for (n, item) in list.iter().enumerate() {
            self.separate(n);
            grow(|| self.value(item, verb, depth + 1))?;
        }
        self.close();
        Ok(())
    }

    fn map(&mut self, map: &Map, verb: char, depth: usize) -> Result<(), Fault> {
        if self.open(map.ty, b"map[", map.is_nil()) {
            return Ok(());
        }
        for (n, (key, value)) in map.entries().iter().enumerate() {
            self.separate(n);
            self.value(&Value::Str(key.clone()), verb, depth + 1)?;
            self.out.push(b':');
            grow(|| self.value(value, verb, depth + 1))?;
        }
        self.close();
        Ok(())
    }

    fn bytes(&mut self, bytes: &[u8], verb: char, depth: usize) -> Result<(), Fault> {
        match verb {
            's' => {
                let text = self.flags.truncate(bytes);
                self.flags.pad(&mut self.out, text);
            }
            'q' => scalar::quoted(&mut self.out, &self.flags, bytes),
            'x' => scalar::hex(&mut self.out, &self.flags, bytes, b"0123456789abcdefx"),
            'X' => scalar::hex(&mut self.out, &self.flags, bytes, b"0123456789ABCDEFX"),
            _ => {
                self.open_bytes(depth);
                for (n, item) in bytes.iter().enumerate() {
                    self.separate(n);
                    self.value(&byte(*item), verb, depth + 1)?;
                }
                self.close();
            }
        }
        Ok(())
    }

    /// `[]byte`, which Go calls so only where it is the operand itself.
    fn open_bytes(&mut self, depth: usize) {
        let open: &[u8] = match (self.flags.sharp_v, depth) {
            (false, _) => b"[",
            (true, 0) => b"[]byte{",
            (true, _) => b"[]uint8{",
        };
        self.out.extend_from_slice(open);
    }

    fn object(
        &mut self,
        value: &Value,
        object: &dyn Object,
        verb: char,
        depth: usize,
    ) -> Result<(), Fault> {
        if !self.erroring
            && self.flags.sharp_v
            && let Some(text) = object.go_text()
        {
            self.flags.pad(&mut self.out, &text);
            return Ok(());
        }
        let asks = !self.erroring && !self.flags.sharp_v;
        if asks
            && matches!(verb, 'v' | 's' | 'x' | 'X' | 'q')
            && let Some(text) = object.text()
        {
            scalar::string(&mut self.out, &self.flags, &text, verb);
            return Ok(());
        }
        match object.as_collection() {
            Some(number @ Value::Int(..)) if !self.scalar(&number, verb) => {
                return self.bad_verb(value, verb);
            }
            Some(Value::Int(..)) => return Ok(()),
            Some(collection) => return self.value(&collection, verb, depth),
            None => {}
        }
        let ty = object.ty();
        match ty.kind() {
            Kind::Ptr if object.is_nil() => return self.nil_pointer(value, ty, verb),
            Kind::Ptr if depth == 0 => self.out.push(b'&'),
            Kind::Ptr if matches!(verb, 'v' | 'p') => {
                // An address, which differs from run to run in Go.
                self.out.extend_from_slice(b"0xc000000000");
                return Ok(());
            }
            Kind::Ptr => return self.bad_verb(value, verb),
            _ => {}
        }
        self.fields(object, ty, verb, depth)
    }

    fn nil_pointer(&mut self, value: &Value, ty: Type, verb: char) -> Result<(), Fault> {
        match verb {
            'v' if self.flags.sharp_v => {
                self.out.extend_from_slice(format!("({ty})(nil)").as_bytes());
            }
            'v' => self.flags.pad(&mut self.out, b"<nil>"),
            'b' | 'o' | 'd' | 'x' | 'X' => {
                self.scalar(&Value::Int(0, IntKind::Uint64), verb);
            }
            _ => return self.bad_verb(value, verb),
        }
        Ok(())
    }

    fn fields(
        &mut self,
        object: &dyn Object,
        ty: Type,
        verb: char,
        depth: usize,
    ) -> Result<(), Fault> {
        if self.flags.sharp_v {
            self.out.extend_from_slice(ty.to_string().trim_start_matches('*').as_bytes());
        }
        self.out.push(b'{');
        for (n, (name, value)) in object.fields().iter().enumerate() {
            self.separate(n);
            if self.flags.plus_v || self.flags.sharp_v {
                self.out.extend_from_slice(name.as_bytes());
                self.out.push(b':');
            }
            grow(|| self.value(value, verb, depth + 1))?;
        }
        self.out.push(b'}');
        Ok(())
    }

    /// What stands before the first item; true if that is all, since the collection is nil.
    fn open(&mut self, ty: Type, plain: &[u8], is_nil: bool) -> bool {
        if !self.flags.sharp_v {
            self.out.extend_from_slice(plain);
            return false;
        }
        self.out.extend_from_slice(ty.to_string().as_bytes());
        self.out.extend_from_slice(if is_nil { b"(nil)" } else { b"{" });
        is_nil
    }

    fn separate(&mut self, n: usize) {
        if n > 0 {
            self.out.extend_from_slice(if self.flags.sharp_v { b", " } else { b" " });
        }
    }

    fn close(&mut self) {
        self.out.push(if self.flags.sharp_v { b'}' } else { b']' });
    }
}
