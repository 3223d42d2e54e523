"""SecantusDB's own command line, with four things it doesn't have.

It runs on one core. Its threads take turns at Python's lock, and where there are two cores they fight for it instead of
working: the same test took 45 s with 20 s of its processor time on one core, and was not done after 300 s on two.

Cursors are put back after each statement of a transaction. They stay where the statement left them otherwise, and with
them the page they stand on: where a dozen transactions overlap, a page that many write to is never free to be split, and
in the end every look at it waits for a try to do so. The server stands still then, for good.

A database is dropped without the transactions that are open: one that had written into it would keep the drop waiting,
and the drop all others, without an end.

A transaction that nobody ends is aborted after ten seconds, as docs/docker.md wants it of MongoDB.
"""

import contextlib
import os

from secantus import cli
from secantus.storage import Storage

in_transaction = Storage.use_user_transaction
drop_database = Storage.drop_database


@contextlib.contextmanager
def with_cursors_put_back(self, handle):
    with in_transaction(self, handle):
        try:
            yield
        finally:
            for cursor in handle.cursors.values():
                # One that failed with the statement ends with the transaction.
                with contextlib.suppress(Exception):
                    cursor.reset()


class Server(cli.SecantusDBServer):
    def __init__(self, **settings):
        super().__init__(**settings, transaction_lifetime_seconds=10)
        transactions = self.transactions

        def drop_alone(storage, database):
            transactions.abort_all()
            drop_database(storage, database)

        Storage.drop_database = drop_alone


Storage.use_user_transaction = with_cursors_put_back
cli.SecantusDBServer = Server
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})

raise SystemExit(cli.main())
