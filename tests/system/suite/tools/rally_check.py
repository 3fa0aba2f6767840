"""Has Rally take one of its files without a cloud: rally_check.py environment FILE, or rally_check.py tasks FILE.

An environment is made of the one, as `rally env create` does before it asks the cloud; of the other the form of every subtask is checked, and
that each scenario, runner and context is there. What it complains of is printed, and the status is 1 then.
"""

import json
import logging
import sys
import tempfile

import yaml
from rally import api
from rally.common import objects
from rally.common.db import schema
from rally.env import env_mgr
from rally.task import engine, task_cfg


def environment(text):
    spec = json.loads(text)
    # The job enters it.
    spec["existing@openstack"]["admin"]["password"] = "test"
    made = env_mgr.EnvManager.create("check", spec, "", {})
    return made.data["platforms"]


def tasks(text):
    with_environment = env_mgr.EnvManager.create("check", {}, "", {})
    config = task_cfg.TaskConfig(yaml.safe_load(text))
    engine.TaskEngine(config, objects.Task(env_uuid=with_environment.uuid, temporary=True), with_environment).validate(only_syntax=True)
    return config.subtasks


def main():
    kind, file = sys.argv[1:]
    with open(file, encoding="utf-8") as source:
        text = source.read()
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/rally.conf", "w", encoding="utf-8") as config:
            config.write(f"[database]\nconnection = sqlite:///{folder}/rally.db\n")
        api.API(config_file=config.name, skip_db_check=True)
        logging.disable(logging.CRITICAL)
        schema.schema_create()
        try:
            found = {"environment": environment, "tasks": tasks}[kind](text)
        except Exception as error:
            print(" ".join(str(error).split())[:600] or type(error).__name__)
            return 1
    return 0 if found else 1


if __name__ == "__main__":
    sys.exit(main())
