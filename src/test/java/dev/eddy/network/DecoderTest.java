package dev.eddy.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.eddy.artifact.ModelFile;
import dev.eddy.artifact.Tensor;
import dev.eddy.model.BadEventException;
import dev.eddy.model.Decoded;
import dev.eddy.model.Fields;
import dev.eddy.model.InvalidModelException;
import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.model.ModelSpec;
import dev.eddy.model.SpecJson;
import dev.eddy.testing.Seq2SeqCases;
import dev.eddy.testing.TestModels;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What a decoder is refused for, and what it never gives. Each case edits one part of a good model's spec. */
class DecoderTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** The full spec of an imported model, one of its places replaced; without probes. */
    private static ModelFile edited(String name, String place, String value) throws IOException {
        ModelFile good = Seq2SeqCases.model(name);
        ObjectNode spec = (ObjectNode) JSON.readTree(SpecJson.write(good.spec()));
        spec.remove("probes");
        String[] path = place.split("/", -1);
        JsonNode at = spec;
        for (int i = 0; i < path.length - 1; i++) {
            at = at.isArray() ? at.get(Integer.parseInt(path[i])) : at.get(path[i]);
        }
        JsonNode node = JSON.readTree(value.replace('\'', '"'));
        if (node.isNull()) {
            ((ObjectNode) at).remove(path[path.length - 1]);
        } else {
            ((ObjectNode) at).set(path[path.length - 1], node);
        }
        return new ModelFile(SpecJson.read(spec.toString()), good.tensors());
    }

    private static void refused(String name, String place, String value, String... parts) {
        assertThatThrownBy(() -> TestModels.live(edited(name, place, value)))
                .isInstanceOf(InvalidModelException.class)
                .satisfies(e -> assertThat(e.getMessage()).contains(parts));
    }

    @Test
    void shouldRefuseASpecThatContradictsItself() {
        refused("gru-start", "emit", "'every'", "its 'emit' must be end");
        refused("gru-start", "head", "{'kind':'softmax'}", "both a 'head' and a 'decoder'");
        refused("gru-start", "task", "{'kind':'tag'}", "no other task than 'values'");
        refused("gru-start", "decoder/limit", "0", "'limit' is 0");
        refused("gru-start", "decoder/limit", "null", "'limit' is 0");
        refused("gru-start", "decoder/feedback", "null", "no 'feedback'");
        refused("gru-start", "decoder/layers", "[]", "the decoder has no layers");
    }

    @Test
    void shouldRefuseTokensItCannotReadOrName() {
        refused("gru-start", "decoder/feedback/start", "null", "no 'start' token");
        refused("gru-start", "decoder/feedback/start", "1.5", "names the token 1.5");
        refused("gru-start", "decoder/feedback/end", "-1", "names the token -1");
        refused("gru-start", "decoder/feedback/banned", "[true]", "names the token true");
        refused("gru-start", "decoder/feedback/start", "12", "token 12 is out of range");
        refused("gru-start", "decoder/feedback/end", "12", "token 12 is out of range");
        refused("gru-start", "decoder/feedback/start", "'<SOS>'", "not among its head's labels", "name it by its id");
        refused("reverse", "decoder/feedback/end", "'stop'", "'stop' is not among its head's labels");
        refused("gru-start", "decoder/feedback/banned", "[1]", "end token '1' is banned");
        refused("gru-last-layer", "decoder/feedback/banned", "[0,1,2,3,4,5,6,7,8,9,10,11]", "none to give");
        refused("gru-start", "decoder/feedback/embedding", "null", "names no 'embedding'");
        refused("gru-start", "decoder/feedback/embedding", "'decoder.out.bias'", "not (ids, width)");
    }

    @Test
    void shouldRefuseAHeadThatDoesNotFitTheTokens() {
        refused("gru-start", "decoder/head/labels", "['a','b']", "2 labels but 12 outputs");
        refused("gru-start", "decoder/head/kind", "'sigmoid'", "sigmoid head");
        refused(
                "gru-last-layer",
                "decoder/head",
                "{'output':12,'weight':'decoder.out.weight','mean':[1],'std':[1]}",
                "mean and std; leave them out");
        refused("gru-start", "decoder/head/output", "11", "[12, 8]", "[11, 8]");
    }

    @Test
    void shouldRefuseAnEmbeddingThatIsTooShort() throws IOException {
        ModelFile good = Seq2SeqCases.model("gru-start");
        SortedMap<String, Tensor> tensors = new TreeMap<>(good.tensors());
        tensors.put("decoder.embedding.weight", Tensor.of(new float[7 * 5], 7, 5));
        assertThatThrownBy(() -> TestModels.live(new ModelFile(good.spec(), tensors)))
                .isInstanceOf(InvalidModelException.class)
                .hasMessageContaining("gives 12 tokens but its embedding has only 7 rows");
    }

    @Test
    void shouldRefuseStatesThatDoNotFit() {
        refused("gru-last-layer", "decoder/initial", "null", "1 layers with a memory, the encoder 3", "'initial'");
        refused("gru-last-layer", "decoder/initial", "[{'zero':true},{'zero':true}]", "but 2 'initial' states");
        refused("gru-last-layer", "decoder/initial", "[{'layer':3}]", "names layer 3", "[0, 1, 2]");
        refused("gru-last-layer", "decoder/initial", "[{}]", "is either \"zero\": true");
        refused("gru-last-layer", "decoder/initial", "[{'layer':1,'zero':true}]", "is either \"zero\": true");
        refused("gru-last-layer", "decoder/initial", "[{'layer':1,'bias':'b'}]", "no 'weight'");
        refused("gru-every", "decoder/initial", "[{'layer':0}]", "gru layer 0 (9 numbers)", "gru layer 0 (6 numbers)");
        refused("gru-every", "decoder/initial/0/weight", "'decoder.out.weight'", "[9, 6]");
        refused("gru-every", "decoder/initial/0/cellWeight", "'bridge.weight'", "to c, which it does not have");
        refused("lstm-every", "decoder/initial/0/cellWeight", "null", "to h alone");
        refused("lstm-every", "decoder/initial", "[{'weight':'a','cellBias':'b'}]", "a 'cellBias' but no 'cellWeight'");
    }

    @Test
    void shouldRefuseLayersThatDoNotFit() {
        refused("gru-start", "decoder/context", "'every'", "decoder: layer 0 (gru) takes 5 inputs but is given 13");
        refused("gru-start", "decoder/headReads", "['output','feedback']", "decoder: ", "[12, 13]");
        refused(
                "gru-start",
                "decoder/layers",
                "[{'cell':'dropout','input':5,'hidden':5}]",
                "the decoder needs a layer with a memory");
        refused("vectors", "decoder/head", "{}", "takes 3 inputs but is given 6");
        refused("vectors", "decoder/headReads", "['feedback']", "[3, 3]");
    }

    @Test
    void shouldRefuseABridgeFromAStateThatIsNotH() throws IOException {
        ModelFile good = Seq2SeqCases.model("gru-start");
        ObjectNode spec = (ObjectNode) JSON.readTree(SpecJson.write(good.spec()));
        spec.remove("probes");
        SortedMap<String, Tensor> tensors = new TreeMap<>(good.tensors());
        tensors.put("w", Tensor.of(new float[64], 8, 8));
        tensors.put("ih", Tensor.of(new float[40], 8, 5));
        ObjectNode clockwork =
                JSON.createObjectNode().put("cell", "clockwork").put("input", 5).put("hidden", 8);
        clockwork.putObject("options").putArray("periods").add(1);
        clockwork.putObject("tensors").put("weight_ih", "ih").put("weight_hh", "w");
        spec.putArray("layers").add(clockwork);
        ((ObjectNode) spec.get("decoder"))
                .putArray("initial")
                .addObject()
                .put("layer", 0)
                .put("weight", "w");
        assertThatThrownBy(() -> TestModels.live(new ModelFile(SpecJson.read(spec.toString()), tensors)))
                .hasMessageContaining("not of clockwork");
        ((ObjectNode) spec.get("decoder")).putArray("initial").addObject().put("layer", 0);
        assertThatThrownBy(() -> TestModels.live(new ModelFile(SpecJson.read(spec.toString()), tensors)))
                .hasMessageContaining("cannot begin with the state of the encoder's clockwork layer 0");
    }

    @Test
    void shouldRefuseABridgeToACellStateFromALayerWithoutOne() throws IOException {
        ModelFile good = Seq2SeqCases.model("lstm-every");
        ObjectNode spec = (ObjectNode) JSON.readTree(SpecJson.write(good.spec()));
        spec.remove("probes");
        SortedMap<String, Tensor> tensors = new TreeMap<>(good.tensors());
        tensors.put("ih", Tensor.of(new float[36], 6, 6));
        ObjectNode rnn = (ObjectNode) JSON.readTree(
                "{\"cell\":\"rnn\",\"input\":6,\"hidden\":6,\"tensors\":{\"weight_ih\":\"ih\",\"weight_hh\":\"ih\"}}");
        ((com.fasterxml.jackson.databind.node.ArrayNode) spec.get("layers")).set(1, rnn);
        assertThatThrownBy(() -> TestModels.live(new ModelFile(SpecJson.read(spec.toString()), tensors)))
                .hasMessageContaining("a bridge to c starts from the encoder's rnn layer 1");
    }

    @Test
    void shouldRefuseNumbersThatDoNotFitTheFields() {
        refused("sines", "decoder/feedback/fields", "null", "its feedback names no 'fields'");
        refused(
                "sines",
                "decoder/feedback/fields",
                "['other']",
                "last event's 'other', which is not among the features");
        refused("sines", "decoder/feedback/fields", "['value','value']", "are 2 numbers but its head has 1 outputs");
        refused(
                "sines",
                "decoder/head",
                "{'output':1,'weight':'decoder.out.weight','bias':'decoder.out.bias','mean':[0],'std':[1]}",
                "in other units than the rest");
        refused(
                "vectors",
                "decoder/head",
                "{'output':3,'weight':'decoder.out.weight','bias':'decoder.out.bias','mean':[0],'std':[1]}",
                "3 outputs but 1 means");
        refused("vectors", "decoder/head/labels", "['a','b','c']", "no labels");
        refused("vectors", "decoder", """
                {'feedback':{'kind':'number'},'limit':1,'headReads':['feedback'],
                 'layers':[{'cell':'gru','input':3,'hidden':6}]}
                """, "reads its own output but has no 'weight'");
    }

    @Test
    void shouldRefuseAFieldThatIsNoNumber() throws IOException {
        ModelFile good = Seq2SeqCases.model("vectors");
        ObjectNode spec = (ObjectNode) JSON.readTree(SpecJson.write(good.spec()));
        spec.remove("probes");
        spec.putArray("features")
                .addObject()
                .put("kind", "category")
                .put("field", "mode")
                .putArray("values")
                .add("a")
                .add("b");
        ((ObjectNode) spec.at("/decoder/feedback")).putArray("fields").add("mode");
        assertThatThrownBy(() -> TestModels.live(new ModelFile(SpecJson.read(spec.toString()), good.tensors())))
                .hasMessageContaining("'mode', which is no number or vector");
    }

    @Test
    void shouldRefuseListsThatDoNotFitIntoARecord() {
        refused("gru-start", "decoder/limit", "1000000", "fit into a record", "lower 'limit'");
        refused("vectors", "decoder/limit", "20000", "fit into a record", "lower 'limit'");
    }

    @Test
    void shouldRefuseAnEncoderOfAnotherEngine() throws IOException {
        ModelFile good = Seq2SeqCases.model("gru-start");
        Network foreign = (Network) Proxy.newProxyInstance(
                Network.class.getClassLoader(), new Class<?>[] {Network.class}, (proxy, method, arguments) -> {
                    throw new UnsupportedOperationException(method.getName());
                });
        LiveModel live = TestModels.live(good);
        assertThatThrownBy(() -> DecoderCompiler.compile(good.spec(), good, foreign, live.features()))
                .isInstanceOf(InvalidModelException.class)
                .hasMessageContaining("Eddy's own layers that read forward");
    }

    @Test
    void shouldRefuseProbesItDoesNotReproduce() {
        String events = "'events':[{'token':3}],";
        refused("gru-last-layer", "probes", "[{" + events + "'values':[[3]]}]", "has 1 outputs, the decoder gives 9");
        refused("gru-start", "probes", "[{" + events + "'values':[[3],[3],[3],[3],[3],[3],[3],[3]]}]", "decoder gives");
        refused("vectors", "probes", "[{'events':[{'features':[1,2,3]}],'values':[]}]", "has 0 outputs");
    }

    @Test
    void shouldHoldTheTokensOfAProbeToTheirIds() throws IOException {
        ModelFile good = Seq2SeqCases.model("gru-last-layer");
        double[][] values = good.spec().probes().get(0).values();
        List<Map<String, Object>> events = good.spec().probes().get(0).events();
        assertThat(values).hasNumberOfRows(9);
        double[][] ids = Arrays.stream(values).map(row -> new double[] {row[0]}).toArray(double[][]::new);
        TestModels.live(withProbe(good, events, ids));
        ids[4][0] = (ids[4][0] + 1) % 12;
        assertThatThrownBy(() -> TestModels.live(withProbe(good, events, ids)))
                .hasMessageContaining("differs at output 4: expected token");
        ids[4] = new double[0];
        assertThatThrownBy(() -> TestModels.live(withProbe(good, events, ids)))
                .hasMessageContaining("a token is its id, or its id and log-probability");
        double[][] wrong = Arrays.stream(values).map(double[]::clone).toArray(double[][]::new);
        wrong[8][1] -= 0.5;
        assertThatThrownBy(() -> TestModels.live(withProbe(good, events, wrong)))
                .hasMessageContaining("differs at event 8, output 1");
    }

    private static ModelFile withProbe(ModelFile model, List<Map<String, Object>> events, double[][] values) {
        ModelSpec spec = model.spec().withProbes(List.of(new dev.eddy.model.Probe(events, values, 0)));
        return new ModelFile(spec, model.tensors());
    }

    @Test
    void shouldKeepTheProbeOfAnEmptyList() throws IOException {
        ModelFile never = edited("lstm-two-layers", "decoder/feedback/banned", "[0,2,3,4,5,6,7,8,9,10,11]");
        ModelFile probed = withProbe(never, List.of(Map.of("token", 5)), new double[0][]);
        assertThat(ModelFile.read(probed.bytes()).spec().probes().get(0).values())
                .isEmpty();
        TestModels.live(ModelFile.read(probed.bytes()));
    }

    @Test
    void shouldNeverGiveWhatStandsForUnknownWords() throws IOException {
        // All weights zero but the head's bias, which wants <UNK> above all, then the rule's stand-in, then 'a'.
        ModelFile good = edited("reverse", "features/0/unknown", "[{'when':'always','token':'f'}]");
        SortedMap<String, Tensor> tensors = new TreeMap<>();
        good.tensors().forEach((name, tensor) -> {
            int size = (int) Tensor.elements(tensor.shape());
            tensors.put(name, Tensor.of(new float[size], tensor.shape()));
        });
        tensors.put("decoder.out.bias", Tensor.of(new float[] {0, 0, 200, 1, 0, 0, 0, 0, 100}, 9));
        Decoded.Tokens tokens = (Decoded.Tokens) decode(new ModelFile(good.spec(), tensors), Map.of("letter", "b"));
        assertThat(tokens.texts()).hasSize(10).containsOnly("a");
        assertThat(tokens.ended()).isFalse();
        assertThat(tokens.logProbabilities()).containsOnly(-199);
        assertThat(tokens.logProbability()).isEqualTo(-1990);
    }

    @Test
    void shouldRefuseToGiveWhatIsNotFinite() throws IOException {
        ModelFile good = Seq2SeqCases.model("vectors");
        SortedMap<String, Tensor> tensors = new TreeMap<>(good.tensors());
        float[] huge = new float[18];
        Arrays.fill(huge, Float.MAX_VALUE);
        tensors.put("decoder.out.weight", Tensor.of(huge, 3, 6));
        tensors.put("decoder.out.bias", Tensor.of(new float[] {Float.MAX_VALUE, 0, 0}, 3));
        ModelFile file = new ModelFile(good.spec().withProbes(List.of()), tensors);
        assertThatThrownBy(() -> decode(file, Map.of("features", List.of(9.0, 9.0, 9.0))))
                .isInstanceOf(BadEventException.class)
                .hasMessageContaining("the decoder's output is not finite");
    }

    @Test
    void shouldNotBeTakenForALanguageModel() throws IOException {
        LiveModel model = TestModels.live(Seq2SeqCases.model("gru-start"));
        assertThatThrownBy(() -> new TokenGenerator(model, new TokenGenerator.Options(0, 0, 1, 5, -1)))
                .isInstanceOf(InvalidModelException.class)
                .hasMessageContaining("let it decode");
    }

    @Test
    void shouldStartFromZeroWhereTheSpecSaysSo() throws IOException {
        ModelFile zero = edited("gru-last-layer", "decoder/initial", "[{'zero':true}]");
        Decoded.Tokens first = (Decoded.Tokens) decode(zero, Map.of("token", 3));
        Decoded.Tokens second = (Decoded.Tokens) decode(zero, Map.of("token", 7));
        assertThat(first.ids()).containsExactly(second.ids());
        assertThat(first.logProbabilities()).containsExactly(second.logProbabilities());
    }

    @Test
    void shouldLeaveTheSequenceAsItWas() throws IOException {
        LiveModel model = TestModels.live(Seq2SeqCases.model("sines"));
        Rollout one = new Rollout(model);
        Rollout other = new Rollout(model);
        for (int t = 0; t < 5; t++) {
            Fields event = Fields.of(Map.of("value", 18.0 + t));
            assertThat(one.step(event, t)).containsExactly(other.step(event, t));
            one.decode();
            assertThat(((Decoded.Numbers) one.decode()).vectors())
                    .isDeepEqualTo(((Decoded.Numbers) other.decode()).vectors());
        }
        LiveModel without = TestModels.live(TestModels.predictor("m", "1", CellKind.GRU, 3, 1));
        assertThatThrownBy(() -> new Rollout(without).decode())
                .isInstanceOf(InvalidModelException.class)
                .hasMessageContaining("has no decoder");
    }

    private static Decoded decode(ModelFile file, Map<String, Object> event) {
        Rollout sequence = new Rollout(TestModels.live(file));
        sequence.step(Fields.of(event), 0);
        return sequence.decode();
    }
}
