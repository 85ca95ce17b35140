// SPDX-License-Identifier: Apache-2.0
//! heygen.json/1: reading and writing.

use crate::text::{bytes_of, text_of, view};
use crate::{abi, status, Fail, Outcome};
use std::marker::PhantomData;
use std::os::raw::c_void;
use std::ptr::null;

/// A value inside a parsed document, or nothing. Every question may be asked of nothing: it answers like null.
#[derive(Clone, Copy)]
pub struct Json<'a> {
    pub(crate) service: &'a abi::Json1,
    pub(crate) value: *const c_void,
}

impl<'a> Json<'a> {
    /// A member of an object.
    pub fn get(&self, name: &str) -> Json<'a> {
        self.found(if self.value.is_null() {
            null()
        } else {
            (self.service.member)(self.value, view(name))
        })
    }
    /// An element of an array, or a member's value by position.
    pub fn at(&self, index: usize) -> Json<'a> {
        self.found(if index < self.len() {
            (self.service.at)(self.value, index)
        } else {
            null()
        })
    }
    /// A member's name by position; "" past the end.
    pub fn name_at(&self, index: usize) -> &'a str {
        if index < self.len() {
            unsafe { text_of((self.service.name_at)(self.value, index)) }.unwrap_or("")
        } else {
            ""
        }
    }
    fn found(&self, value: *const c_void) -> Json<'a> {
        Json {
            service: self.service,
            value,
        }
    }
    fn kind(&self) -> i32 {
        if self.value.is_null() {
            0
        } else {
            (self.service.kind)(self.value)
        }
    }
    /// Elements of an array or members of an object, else 0.
    pub fn len(&self) -> usize {
        if self.value.is_null() {
            0
        } else {
            (self.service.size)(self.value)
        }
    }
    /// len() is 0.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// There is a value, be it null.
    pub fn exists(&self) -> bool {
        !self.value.is_null()
    }
    /// It is true or false.
    pub fn is_bool(&self) -> bool {
        self.kind() == 1
    }
    /// It is a number.
    pub fn is_number(&self) -> bool {
        self.kind() == 2
    }
    /// It is a string.
    pub fn is_string(&self) -> bool {
        self.kind() == 3
    }
    /// It is an array.
    pub fn is_array(&self) -> bool {
        self.kind() == 4
    }
    /// It is an object.
    pub fn is_object(&self) -> bool {
        self.kind() == 5
    }
    /// A string's text, a number as it was written, "true" or "false".
    pub fn text(&self) -> Option<&'a str> {
        if self.value.is_null() {
            return None;
        }
        unsafe { text_of((self.service.text)(self.value)) }
    }
    /// The whole part of a number, or of a string that is one, if it fits.
    pub fn int64(&self) -> Option<i64> {
        let mut number = 0;
        let fits = !self.value.is_null() && (self.service.int64)(self.value, &mut number) == status::OK;
        fits.then_some(number)
    }
}

/// Writes a JSON document of any shape, in memory of the host; see [`Patch`] for the usual one. A document out of order
/// ends in `INTERNAL`.
pub struct JsonWriter<'a> {
    pub(crate) service: &'a abi::Json1,
    pub(crate) writer: *mut c_void,
    pub(crate) call: PhantomData<&'a ()>,
}

impl<'a> JsonWriter<'a> {
    fn in_order(&mut self, status: i32) -> Outcome<&mut Self> {
        if status == status::OK {
            return Ok(self);
        }
        Err(Fail::new(
            status::INTERNAL,
            "The provider wrote JSON that is not a document.",
            "",
        ))
    }
    /// Begins an object.
    pub fn begin_object(&mut self) -> Outcome<&mut Self> {
        let status = (self.service.begin_object)(self.writer);
        self.in_order(status)
    }
    /// Begins an array.
    pub fn begin_array(&mut self) -> Outcome<&mut Self> {
        let status = (self.service.begin_array)(self.writer);
        self.in_order(status)
    }
    /// Ends the innermost object or array.
    pub fn end(&mut self) -> Outcome<&mut Self> {
        let status = (self.service.end)(self.writer);
        self.in_order(status)
    }
    /// The name of an object's next member.
    pub fn name(&mut self, name: &str) -> Outcome<&mut Self> {
        let status = (self.service.name)(self.writer, view(name));
        self.in_order(status)
    }
    /// A string.
    pub fn text(&mut self, text: &str) -> Outcome<&mut Self> {
        let status = (self.service.put_string)(self.writer, view(text));
        self.in_order(status)
    }
    /// A whole number.
    pub fn number(&mut self, number: i64) -> Outcome<&mut Self> {
        let status = (self.service.put_int64)(self.writer, number);
        self.in_order(status)
    }
    /// true or false.
    pub fn flag(&mut self, value: bool) -> Outcome<&mut Self> {
        let status = (self.service.put_bool)(self.writer, value as i32);
        self.in_order(status)
    }
    /// null.
    pub fn null(&mut self) -> Outcome<&mut Self> {
        let status = (self.service.put_null)(self.writer);
        self.in_order(status)
    }
    /// A copy of a parsed value; null of nothing.
    pub fn value(&mut self, value: Json<'_>) -> Outcome<&mut Self> {
        let status = (self.service.put_value)(self.writer, value.value);
        self.in_order(status)
    }
    /// The complete document.
    pub fn finish(mut self) -> Outcome<&'a str> {
        let document = unsafe { bytes_of((self.service.finish)(self.writer)) };
        match document.and_then(|bytes| std::str::from_utf8(bytes).ok()) {
            Some(text) => Ok(text),
            None => self.in_order(status::USAGE).map(|_| ""),
        }
    }
}

/// Builds the JSON merge patch (RFC 7396) of [`Call::set_state`](crate::Call::set_state), in memory that the host wipes.
pub struct Patch<'a>(pub(crate) JsonWriter<'a>);

impl<'a> Patch<'a> {
    /// Sets a member to a text of any size.
    pub fn text(mut self, name: &str, value: &str) -> Outcome<Patch<'a>> {
        self.0.name(name)?.text(value)?;
        Ok(self)
    }
    /// Sets a member to a number.
    pub fn number(mut self, name: &str, value: i64) -> Outcome<Patch<'a>> {
        self.0.name(name)?.number(value)?;
        Ok(self)
    }
    /// Sets a member to true or false.
    pub fn flag(mut self, name: &str, value: bool) -> Outcome<Patch<'a>> {
        self.0.name(name)?.flag(value)?;
        Ok(self)
    }
    /// Removes a member.
    pub fn remove(mut self, name: &str) -> Outcome<Patch<'a>> {
        self.0.name(name)?.null()?;
        Ok(self)
    }
}
