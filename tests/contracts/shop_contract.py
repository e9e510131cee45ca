"""What every shop platform must do. A test class subclasses it and supplies the two fixtures below."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest

from connectors.base import Shop
from connectors.errors import ConnectorError


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Orders that the shop under test holds, as pairs (number, e-mail)."""

    waiting: tuple[str, str]
    """Not dispatched yet."""
    on_its_way: tuple[str, str]
    returnable: tuple[str, str]
    """Delivered, and in time to be returned."""
    too_late_to_return: tuple[str, str]


class ShopContract:
    """Behaviour that the skills rely on, whichever platform answers."""

    @pytest.fixture
    def shop(self) -> Shop:
        raise NotImplementedError("a subclass supplies the shop, fresh for each test")

    @pytest.fixture
    def known(self) -> Known:
        raise NotImplementedError("a subclass names orders of its shop")

    async def test_facts_are_a_dict(self, shop: Shop) -> None:
        assert isinstance(await shop.facts(), dict)

    async def test_products_have_an_id_a_title_a_price_and_a_stock(self, shop: Shop) -> None:
        products = await shop.products()

        assert len({product.id for product in products}) == len(products) > 0
        assert all(product.title and product.stock >= 0 for product in products)
        assert all(product.price.amount >= 0 and len(product.price.currency) == 3 for product in products)

    async def test_products_keep_their_order(self, shop: Shop) -> None:
        assert await shop.products() == await shop.products()

    async def test_an_order_is_shown_to_who_knows_number_and_email(self, shop: Shop, known: Known) -> None:
        order = await shop.verified_order(*known.on_its_way)

        assert order is not None
        assert order.number == known.on_its_way[0]
        assert order.placed_at.utcoffset() == timedelta()
        assert order.lines
        assert not order.cancellable

    async def test_a_wrong_email_and_an_unknown_number_look_the_same(self, shop: Shop, known: Known) -> None:
        number, email = known.on_its_way

        assert await shop.verified_order(number, "someone.else@example.org") is None
        assert await shop.verified_order("999999999", email) is None
        assert await shop.verified_order(number, known.waiting[1]) is None

    @pytest.mark.parametrize("number", ["", " ", "#", "\0", "x" * 5000, "1042; DROP TABLE", "🏮", "\ud800"])
    async def test_odd_numbers_and_emails_find_nothing(self, shop: Shop, known: Known, number: str) -> None:
        assert await shop.verified_order(number, known.on_its_way[1]) is None
        assert await shop.verified_order(known.on_its_way[0], number) is None

    async def test_case_spaces_and_hashes_do_not_matter(self, shop: Shop, known: Known) -> None:
        number, email = known.on_its_way

        order = await shop.verified_order(f" #{number.lower()} ", f" {email.upper()} ")

        assert order is not None
        assert order.number == number

    async def test_cancelling_is_seen_afterwards(self, shop: Shop, known: Known) -> None:
        before = await shop.verified_order(*known.waiting)

        cancelled = await shop.cancel_order(known.waiting[0], key="k1")

        assert before is not None
        assert before.cancellable
        assert (cancelled.status, cancelled.cancellable) == ("cancelled", False)
        assert await shop.verified_order(*known.waiting) == cancelled

    async def test_cancelling_again_with_the_same_key_gives_the_same(self, shop: Shop, known: Known) -> None:
        first = await shop.cancel_order(known.waiting[0], key="k1")

        assert await shop.cancel_order(known.waiting[0], key="k1") == first

    async def test_cancelling_again_with_another_key_is_a_conflict(self, shop: Shop, known: Known) -> None:
        await shop.cancel_order(known.waiting[0], key="k1")

        with pytest.raises(ConnectorError) as refused:
            await shop.cancel_order(known.waiting[0], key="k2")

        assert refused.value.category == "conflict"

    async def test_a_dispatched_order_can_not_be_cancelled(self, shop: Shop, known: Known) -> None:
        before = await shop.verified_order(*known.on_its_way)

        with pytest.raises(ConnectorError) as refused:
            await shop.cancel_order(known.on_its_way[0], key="k1")

        assert refused.value.category == "conflict"
        assert await shop.verified_order(*known.on_its_way) == before

    async def test_a_return_is_seen_with_its_order(self, shop: Shop, known: Known) -> None:
        opened = await shop.start_return(known.returnable[0], key="k1")

        order = await shop.verified_order(*known.returnable)

        assert opened.number
        assert opened.order_number == known.returnable[0]
        assert order is not None
        assert order.returns == (opened,)

    async def test_a_return_with_the_same_key_is_opened_once(self, shop: Shop, known: Known) -> None:
        first = await shop.start_return(known.returnable[0], key="k1")

        assert await shop.start_return(known.returnable[0], key="k1") == first
        with pytest.raises(ConnectorError) as refused:
            await shop.start_return(known.returnable[0], key="k2")
        assert refused.value.category == "conflict"

    @pytest.mark.parametrize("which", ["waiting", "on_its_way", "too_late_to_return"])
    async def test_what_can_not_be_returned_is_a_conflict(self, shop: Shop, known: Known, which: str) -> None:
        number, email = getattr(known, which)

        with pytest.raises(ConnectorError) as refused:
            await shop.start_return(number, key="k1")

        assert refused.value.category == "conflict"
        order = await shop.verified_order(number, email)
        assert order is not None
        assert order.returns == ()

    async def test_changing_an_unknown_order_is_not_found(self, shop: Shop) -> None:
        with pytest.raises(ConnectorError) as cancelled:
            await shop.cancel_order("999999999", key="k1")
        with pytest.raises(ConnectorError) as returned:
            await shop.start_return("999999999", key="k1")

        assert (cancelled.value.category, returned.value.category) == ("not_found", "not_found")

    async def test_one_key_for_two_changes_does_both(self, shop: Shop, known: Known) -> None:
        cancelled = await shop.cancel_order(known.waiting[0], key="k1")
        opened = await shop.start_return(known.returnable[0], key="k1")

        assert (cancelled.number, opened.order_number) == (known.waiting[0], known.returnable[0])
