%% Reads a file as the broker does at its start, without a broker.
%%   broker_check.escript PLUGINS config FILE     rabbitmq.conf, against the schemas of the broker and its plugins
%%   broker_check.escript PLUGINS plugins FILE    enabled_plugins: a list of plugins, all of which are there
%% Ends with 0 where the file is taken, 1 where a value is refused, 2 where it cannot be parsed.
-mode(compile).

main([Plugins, Kind, File]) ->
    [code:add_patha(Path) || Path <- filelib:wildcard(filename:join(Plugins, "*/ebin"))],
    logger:set_primary_config(level, none),
    check(Kind, Plugins, File).

check("config", Plugins, File) ->
    application:load(cuttlefish),
    Schema = schema(filelib:wildcard(filename:join(Plugins, "*/priv/schema/*.schema"))),
    case cuttlefish_conf:file(File) of
        {errorlist, Errors} -> stop(2, "not parsed: ~p", [Errors]);
        Settings -> mapped(cuttlefish_generator:map(Schema, Settings))
    end;
check("plugins", Plugins, File) ->
    Known = [lists:takewhile(fun(C) -> C =/= $- end, filename:basename(Path)) || Path <- filelib:wildcard(filename:join(Plugins, "*"))],
    case file:consult(File) of
        {ok, [Names]} when is_list(Names), Names =/= [] ->
            case [Name || Name <- Names, not lists:member(atom_to_list(Name), Known)] of
                [] -> stop(0, "~p plugins", [length(Names)]);
                Missing -> stop(1, "no such plugins: ~p", [Missing])
            end;
        Other -> stop(2, "no list of plugins: ~p", [Other])
    end.

schema(Files) ->
    case cuttlefish_schema:files(Files) of
        {errorlist, Errors} -> stop(3, "the schemas themselves: ~p", [Errors]);
        Schema -> Schema
    end.

mapped({error, Phase, {errorlist, Errors}}) ->
    [io:format("~s: ~ts~n", [Phase, catch cuttlefish_error:xlate(Error)]) || {error, Error} <- Errors],
    halt(1);
mapped(Applications) when is_list(Applications) ->
    stop(0, "settings for ~p applications", [length(Applications)]).

stop(Code, Format, Arguments) ->
    io:format(Format ++ "~n", Arguments),
    halt(Code).
