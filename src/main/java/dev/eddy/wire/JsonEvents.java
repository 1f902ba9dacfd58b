package dev.eddy.wire;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.eddy.model.BadEventException;
import dev.eddy.model.BadEventException.Reason;
import dev.eddy.model.Fields;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.header.Headers;

/** Events as JSON objects in UTF-8. */
public final class JsonEvents implements EventDecoder {
    private static final ObjectReader READER = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            // NaN is refused by the features, with the name of the field.
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build()
            .readerFor(JsonNode.class);

    @Override
    public Fields decode(String topic, Headers headers, byte[] value) {
        try {
            JsonNode root = READER.readTree(value);
            if (!root.isObject()) {
                throw new BadEventException(
                        Reason.UNDECODABLE, "the value is a JSON " + root.getNodeType() + ", not an object");
            }
            return fields(root);
        } catch (IOException e) {
            throw new BadEventException(Reason.UNDECODABLE, "the value is not JSON: " + firstLine(e));
        }
    }

    /** The fields of a JSON object. */
    static Fields fields(JsonNode root) {
        return path -> {
            JsonNode node = root;
            for (String name : path) {
                node = node.path(name);
            }
            return plain(node);
        };
    }

    private static Object plain(JsonNode node) {
        return switch (node.getNodeType()) {
            case MISSING, NULL -> null;
            case NUMBER -> node.numberValue();
            case STRING -> node.textValue();
            case BOOLEAN -> node.booleanValue();
            case ARRAY -> list(node);
            default -> node;
        };
    }

    private static List<Object> list(JsonNode array) {
        List<Object> list = new ArrayList<>(array.size());
        array.forEach(element -> list.add(plain(element)));
        return list;
    }

    private static String firstLine(IOException e) {
        String message = String.valueOf(e.getMessage());
        int end = message.indexOf('\n');
        return end < 0 ? message : message.substring(0, end);
    }
}
