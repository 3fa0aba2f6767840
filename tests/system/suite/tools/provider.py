"""An OpenID Connect provider with one client and one user, for trials. The environment names the client and its secret.

    provider.py ADDRESS PORT CERTIFICATE
"""

import os
import sys

import flask
import oidc_provider_mock
import uvicorn
from oidc_provider_mock._storage import Client, User

os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
people = [User(sub="1001", claims={"preferred_username": "alice"})]
app = oidc_provider_mock.app(require_client_registration=True, user_claims=people)
with app.test_request_context("/"):
    app.preprocess_request()
    flask.g.oidc_provider_mock_storage.store_client(Client(
        id=os.environ["CLIENT"], secret=os.environ["CLIENT_SECRET"], redirect_uris=[os.environ["REDIRECT"]],
        allowed_scopes=Client.SCOPES_SUPPORTED, token_endpoint_auth_method="client_secret_basic",
    ))
uvicorn.run(app, interface="wsgi", host=sys.argv[1], port=int(sys.argv[2]), log_level="warning", ssl_certfile=sys.argv[3], ssl_keyfile=sys.argv[3])
