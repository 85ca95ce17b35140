// SPDX-License-Identifier: Apache-2.0
// Intentionally empty: a module of it and of one room links only if the room uses no later one.
