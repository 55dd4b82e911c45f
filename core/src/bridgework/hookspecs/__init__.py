"""The contract between the core and its plugins: every hook, in the order of the process.

A plugin is a plain class whose methods carry `@hookimpl`. A source answers the hooks marked *source*, a destination
those marked *destination*, a pair those marked *pair*; hooks marked *all* may be answered by any plugin and extension.
*First*: one plugin answers, a second answerer is refused at the door. *Required*: the role is not complete without it.

A plugin holds no policy: it does not sleep, retry, log, print or keep state files. Generators may raise while they are
iterated; the engine wraps the iteration. A record that is refused is a value; a run that is broken is an exception of
`bridgework.errors`. A hook is called per batch or per object, never per record.
"""

from bridgework.hookspecs import extract, lifecycle, load, mapping, owners, rollback, schema
from bridgework.hookspecs.marks import Role, hookimpl, role_of

CHAPTERS = (extract, mapping, schema, owners, load, rollback, lifecycle)  # in the order of the process
ROLES: dict[str, Role] = {
    name: role for chapter in CHAPTERS for name, each in vars(chapter).items() if (role := role_of(each)) is not None
}

__all__ = ["CHAPTERS", "ROLES", "Role", "hookimpl"]
