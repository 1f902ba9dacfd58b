package dev.eddy.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.eddy.app.OperationFailedException;
import dev.eddy.app.files.EventFile;
import dev.eddy.artifact.ModelFile;
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
            "It begins at zero state, reads the start tokens, or the events of a file, and goes on from there. A decoder"
                    + " begins where they end; it is greedy and knows its end and its limit itself.",
            "",
            "Examples: eddy generate -m names.safetensors --temperature 0.8 --seed 7 A n",
            "          eddy generate -m next.safetensors -i history.csv --steps 24 --interval 3600000",
            ""
        })
final class GenerateCommand implements Callable<Integer> {
    private static final JsonMapper JSON = new JsonMapper();

    @Spec
    private CommandSpec command;

    @Option(
            names = {"-m", "--model"},
            required = true,
            paramLabel = "MODEL",
            description = "The model file.")
    private Path model;

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

    private long time;
    private double[] values;

    @Override
    public Integer call() throws IOException {
        if (steps < 1 || !(temperature >= 0) || topK < 0) {
            throw new ParameterException(
                    command.commandLine(), "--steps must be at least 1, --temperature and --top-k not negative");
        }
        ModelFile file = ModelFile.read(model);
        LiveModel live = LiveModel.compile(file.id(), file.spec(), file);
        Rollout sequence = new Rollout(live);
        if (live.decoder() != null) {
            decode(live, sequence);
        } else if (live.spec().task() instanceof Task.Predict) {
            forecast(live, sequence);
        } else {
            generate(live, sequence);
        }
        command.commandLine().getOut().flush();
        return 0;
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
        if (values == null && start.isEmpty()) {
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
        if (values == null) {
            throw new OperationFailedException("a forecast needs events to go on from; give a file with -i");
        }
        double[][] forecast = forecaster.forecast(sequence, values, time, interval, steps);
        for (int t = 0; t < forecast.length; t++) {
            ObjectNode line =
                    JSON.createObjectNode().put("position", t + 1).put("timestamp", time + (t + 1) * interval);
            ArrayNode numbers = line.putArray("values");
            for (double value : forecast[t]) {
                numbers.add(value);
            }
            print(line);
        }
    }

    private void readEvents(Rollout sequence) throws IOException {
        if (events == null) {
            return;
        }
        JsonEvents decoder = new JsonEvents();
        try (EventFileReader reader = new EventFile(events, null, "key", "timestamp").open()) {
            for (EventRow row = reader.next(); row != null; row = reader.next()) {
                if (row.value() == null) {
                    throw new OperationFailedException("line " + row.line() + " of " + events
                            + " ends the sequence; leave out what is before and this line");
                }
                time = row.timestamp() == null ? time : row.timestamp();
                values = sequence.step(decoder.decode("", new RecordHeaders(), row.value()), time);
            }
        }
    }

    private void print(ObjectNode line) {
        PrintWriter out = command.commandLine().getOut();
        out.println(line);
    }
}
