package dev.eddy.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.eddy.app.OperationFailedException;
import dev.eddy.app.files.EventFile;
import dev.eddy.app.live.RemoteSequence;
import dev.eddy.app.live.RemoteSequences;
import dev.eddy.app.models.PublishedModels;
import dev.eddy.artifact.ModelFile;
import dev.eddy.config.EddyConfig;
import dev.eddy.model.Decoded;
import dev.eddy.model.Feature;
import dev.eddy.model.Fields;
import dev.eddy.model.Task;
import dev.eddy.network.Forecaster;
import dev.eddy.network.LiveModel;
import dev.eddy.network.Rollout;
import dev.eddy.network.TokenGenerator;
import dev.eddy.wire.EventFileReader;
import dev.eddy.wire.EventRow;
import dev.eddy.wire.JsonEvents;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.kafka.common.header.internals.RecordHeaders;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code eddy generate}. */
@Command(
        name = "generate",
        mixinStandardHelpOptions = true,
        description = {
            "Lets a model go on by itself: a language model gives tokens, a model that predicts the next values of its"
                    + " own fields gives a forecast, and a model with a decoder gives its list. One JSON object for each"
                    + " step.",
            "",
            "It begins at zero state, or with --key at the live state of a sequence; then it reads the start tokens, or"
                    + " the events of a file, and goes on from there.",
            "",
            "With --key the instance of 'eddy run' that holds the sequence is asked for a copy of its state, over HTTP;"
                    + " the sequence itself goes on undisturbed. The model is taken from the control topic, unless -m"
                    + " names its file. Where it began is written to standard error, as one JSON object. What is seen"
                    + " of the sequence may be a step that the stream has not committed yet.",
            "",
            "A forecast says how far it may be off: 'deviation' is the root mean square of the sequence's last hundred"
                    + " residuals or so, times the square root of the number of steps; null before there are two.",
            "",
            "A decoder begins where the events end; it is greedy and knows its end and its limit itself.",
            "",
            "Examples: eddy generate -m names.safetensors --temperature 0.8 --seed 7 A n",
            "          eddy generate -m next.safetensors -i history.csv --steps 24 --interval 3600000",
            "          eddy generate -c eddy.properties --key pump-007 --steps 10",
            ""
        })
final class GenerateCommand implements Callable<Integer> {
    private static final JsonMapper JSON = new JsonMapper();

    @Spec
    private CommandSpec command;

    @Option(
            names = {"-m", "--model"},
            paramLabel = "MODEL",
            description = "The model file. Default with --key: the model that the sequence is on.")
    private Path model;

    @Mixin
    private ConfigOption config;

    @Option(
            names = "--key",
            paramLabel = "KEY",
            description = "Goes on from the live state of this sequence, on a copy; its key as predictions show it.")
    private String key;

    @Option(
            names = "--model-name",
            paramLabel = "NAME",
            description = "With --key, where events name their models: the model whose sequence it is.")
    private String modelName;

    @Parameters(
            paramLabel = "TOKEN",
            arity = "0..*",
            description = "Tokens to begin with: texts of the vocabulary, or ids.")
    private List<String> start = List.of();

    @Option(
            names = {"-i", "--input"},
            paramLabel = "EVENTS",
            description = "A file of events of one sequence to begin with, CSV or JSON lines.")
    private String events;

    @Option(
            names = "--steps",
            paramLabel = "N",
            defaultValue = "20",
            description = "Most steps. Default: ${DEFAULT-VALUE}.")
    private int steps;

    @Option(
            names = "--temperature",
            paramLabel = "T",
            defaultValue = "0",
            description = "0 takes the most probable token, 1 samples as the model says. Default: ${DEFAULT-VALUE}.")
    private double temperature;

    @Option(
            names = "--top-k",
            paramLabel = "K",
            defaultValue = "0",
            description = "Samples among the K most probable. Default: all.")
    private int topK;

    @Option(
            names = "--seed",
            paramLabel = "SEED",
            defaultValue = "1",
            description = "Of the sampling. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(
            names = "--end",
            paramLabel = "TOKEN",
            defaultValue = "<EOS>",
            description = "Token that ends the sequence. Default: ${DEFAULT-VALUE}.")
    private String end;

    @Option(
            names = "--interval",
            paramLabel = "MS",
            defaultValue = "1000",
            description = "Forecasts: milliseconds between events. Default: ${DEFAULT-VALUE}.")
    private long interval;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (steps < 1 || !(temperature >= 0) || topK < 0) {
            throw new ParameterException(
                    command.commandLine(), "--steps must be at least 1, --temperature and --top-k not negative");
        }
        if (model == null && key == null) {
            throw new ParameterException(
                    command.commandLine(), "name a model file with -m, or a live sequence with --key");
        }
        if (key == null && modelName != null) {
            throw new ParameterException(command.commandLine(), "--model-name goes with --key");
        }
        if (key != null) {
            EddyConfig settings = config.read();
            if (settings.selectsModels() != (modelName != null)) {
                throw new ParameterException(
                        command.commandLine(),
                        modelName == null
                                ? "a key has a sequence for each model; name one with --model-name"
                                : "--model-name needs " + EddyConfig.MODEL_SELECTOR + " in the settings");
            }
            RemoteSequence sequence = new RemoteSequences(settings).find(key, modelName);
            LiveModel live =
                    compile(model == null ? PublishedModels.read(settings, sequence.model()) : ModelFile.read(model));
            Rollout rollout = sequence.under(live).rollout();
            printStart(sequence);
            goOn(live, rollout);
        } else {
            LiveModel live = compile(ModelFile.read(model));
            goOn(live, new Rollout(live));
        }
        command.commandLine().getOut().flush();
        return 0;
    }

    private static LiveModel compile(ModelFile file) {
        return LiveModel.compile(file.id(), file.spec(), file);
    }

    private void printStart(RemoteSequence sequence) {
        ObjectNode line = JSON.createObjectNode()
                .put("key", key)
                .put("instance", sequence.instance())
                .put("model", sequence.model().name())
                .put("version", sequence.model().version())
                .put("fingerprint", sequence.model().fingerprint().toString())
                .put("generation", sequence.generation())
                .put("step", sequence.steps())
                .put("lastEventTime", sequence.lastEventTime());
        PrintWriter err = command.commandLine().getErr();
        err.println(line);
        err.flush();
    }

    private void goOn(LiveModel live, Rollout sequence) throws IOException {
        if (live.decoder() != null) {
            decode(live, sequence);
        } else if (live.spec().task() instanceof Task.Predict) {
            forecast(live, sequence);
        } else {
            generate(live, sequence);
        }
    }

    private void generate(LiveModel live, Rollout sequence) throws IOException {
        List<String> vocabulary =
                live.spec().features().get(0) instanceof Feature.Token token ? token.vocabulary() : List.of();
        TokenGenerator.Options options =
                new TokenGenerator.Options(temperature, topK, seed, steps, idOf(end, vocabulary));
        TokenGenerator generator = new TokenGenerator(live, options);
        readEvents(sequence);
        readStart(live, sequence);
        int position = 0;
        for (TokenGenerator.Token token : generator.generate(sequence)) {
            ObjectNode line =
                    JSON.createObjectNode().put("position", ++position).put("id", token.id());
            if (!vocabulary.isEmpty()) {
                line.put("token", vocabulary.get(token.id()));
            }
            print(line.put("probability", (float) token.probability()));
        }
    }

    /** Reads the tokens of the command line. */
    private void readStart(LiveModel live, Rollout sequence) {
        Feature feature = live.spec().features().get(0);
        for (String text : start) {
            if (!(feature instanceof Feature.Token token)
                    || live.spec().features().size() != 1) {
                throw new ParameterException(
                        command.commandLine(), "this model does not read tokens alone; give its events with -i");
            }
            Object value = token.vocabulary().isEmpty() ? Integer.valueOf(idOf(text, token.vocabulary())) : text;
            sequence.step(Fields.of(nested(token.field(), value)), 0);
        }
    }

    private void decode(LiveModel live, Rollout sequence) throws IOException {
        readEvents(sequence);
        readStart(live, sequence);
        if (sequence.steps() == 0) {
            throw new OperationFailedException("a decoder continues a sequence; give its events with -i");
        }
        Decoded decoded = sequence.decode();
        if (decoded instanceof Decoded.Tokens tokens) {
            for (int i = 0; i < tokens.ids().length; i++) {
                print(JSON.createObjectNode()
                        .put("position", i + 1)
                        .put("id", tokens.ids()[i])
                        .put("token", tokens.texts().get(i))
                        .put("logProbability", (float) tokens.logProbabilities()[i]));
            }
        } else if (decoded instanceof Decoded.Numbers numbers) {
            for (int i = 0; i < numbers.vectors().length; i++) {
                ObjectNode line = JSON.createObjectNode().put("position", i + 1);
                ArrayNode vector = line.putArray("values");
                for (double value : numbers.vectors()[i]) {
                    vector.add(value);
                }
                print(line);
            }
        }
    }

    private static Map<String, Object> nested(String field, Object value) {
        String[] path = Fields.path(field);
        Object inner = value;
        for (int i = path.length - 1; i > 0; i--) {
            inner = Map.of(path[i], inner);
        }
        return Map.of(path[0], inner);
    }

    /** The id of a text; -1 if there is none, as for an end token that the vocabulary lacks. */
    private int idOf(String text, List<String> vocabulary) {
        if (!vocabulary.isEmpty()) {
            return vocabulary.indexOf(text);
        } else if (text.matches("\\d{1,9}")) {
            return Integer.parseInt(text);
        } else if (text.equals(end)) {
            return -1;
        }
        throw new ParameterException(command.commandLine(), "'" + text + "' is no id; this model has no vocabulary");
    }

    private void forecast(LiveModel live, Rollout sequence) throws IOException {
        Forecaster forecaster = new Forecaster(live);
        readEvents(sequence);
        if (sequence.steps() < live.horizon()) {
            throw new OperationFailedException("the sequence has " + sequence.steps()
                    + " events but the model predicts "
                    + live.horizon() + " ahead, so a forecast needs as many to go on from; give a file of events with"
                    + " -i, or the key of a live sequence with --key");
        }
        int position = 0;
        for (Forecaster.Forecast forecast : forecaster.forecast(sequence, interval, steps)) {
            ObjectNode line =
                    JSON.createObjectNode().put("position", ++position).put("timestamp", forecast.time());
            add(line.putArray("values"), forecast.values());
            add(line.putArray("deviation"), forecast.deviation());
            print(line);
        }
    }

    private static void add(ArrayNode array, double[] numbers) {
        for (double number : numbers) {
            if (Double.isNaN(number)) {
                array.addNull();
            } else {
                array.add(number);
            }
        }
    }

    private void readEvents(Rollout sequence) throws IOException {
        if (events == null) {
            return;
        }
        JsonEvents decoder = new JsonEvents();
        long time = sequence.lastEventTime();
        try (EventFileReader reader = new EventFile(events, null, "key", "timestamp").open()) {
            for (EventRow row = reader.next(); row != null; row = reader.next()) {
                if (row.value() == null) {
                    throw new OperationFailedException("line " + row.line() + " of " + events
                            + " ends the sequence; leave out what is before and this line");
                }
                time = row.timestamp() == null ? time : row.timestamp();
                sequence.step(decoder.decode("", new RecordHeaders(), row.value()), time);
            }
        }
    }

    private void print(ObjectNode line) {
        PrintWriter out = command.commandLine().getOut();
        out.println(line);
    }
}
