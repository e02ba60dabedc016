"""Conversations with PyRIT: conversations.py N_CONVERSATIONS N_TURNS N_AT_ONCE. Its memory is a database in the working folder."""

import asyncio
import os
import sys

from pyrit.executor.attack import AttackExecutor, MultiPromptSendingAttack, PromptSendingAttack
from pyrit.models import Message
from pyrit.prompt_target import OpenAIChatTarget
from pyrit.setup import SQLITE, initialize_pyrit_async

n_conversations, n_turns, n_at_once = (int(word) for word in sys.argv[1:4])


async def main():
    await initialize_pyrit_async(memory_db_type=SQLITE)
    target = OpenAIChatTarget(
        endpoint=os.environ["OPENAI_BASE_URL"], api_key=os.environ["OPENAI_API_KEY"], model_name="mock"
    )
    executor = AttackExecutor(max_concurrency=n_at_once)
    objectives = [f"Where is parcel {number}?" for number in range(n_conversations)]
    if n_turns == 1:
        attack, overrides = PromptSendingAttack(objective_target=target), None
    else:
        attack = MultiPromptSendingAttack(objective_target=target)
        overrides = [{"user_messages": [said(turn) for turn in range(n_turns)]} for _ in objectives]
    await executor.execute_attack_async(attack=attack, objectives=objectives, field_overrides=overrides)


def said(turn):
    return Message.from_prompt(prompt=f"And what else? This is turn {turn}.", role="user")


asyncio.run(main())
